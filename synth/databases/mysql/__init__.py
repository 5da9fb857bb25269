"""MySQL and MariaDB: servers whose schemas are databases."""
