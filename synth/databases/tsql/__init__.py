"""SQL Server: a server that speaks T-SQL."""
