--
-- PostgreSQL database dump
--

SET statement_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SET check_function_bodies = false;
SET default_tablespace = '';

CREATE TABLE public.region (
    r_regionkey integer NOT NULL,
    r_name character(25) NOT NULL,
    r_comment character varying(152)
);

ALTER TABLE ONLY public.region
    ADD CONSTRAINT region_pkey PRIMARY KEY (r_regionkey);

CREATE TABLE public.nation (
    n_nationkey integer NOT NULL,
    n_name character(25) NOT NULL,
    n_regionkey integer NOT NULL,
    n_comment character varying(152)
);

ALTER TABLE ONLY public.nation
    ADD CONSTRAINT nation_pkey PRIMARY KEY (n_nationkey);

CREATE TABLE public.supplier (
    s_suppkey bigint NOT NULL,
    s_name character(25) NOT NULL,
    s_address character varying(40) NOT NULL,
    s_nationkey integer NOT NULL,
    s_phone character(15) NOT NULL,
    s_acctbal decimal(15,2) NOT NULL,
    s_comment character varying(101) NOT NULL
);

ALTER TABLE ONLY public.supplier
    ADD CONSTRAINT supplier_pkey PRIMARY KEY (s_suppkey);

CREATE TABLE public.part (
    p_partkey bigint NOT NULL,
    p_name character varying(55) NOT NULL,
    p_mfgr character(25) NOT NULL,
    p_brand character(10) NOT NULL,
    p_type character varying(25) NOT NULL,
    p_size integer NOT NULL,
    p_container character(10) NOT NULL,
    p_retailprice decimal(15,2) NOT NULL,
    p_comment character varying(23) NOT NULL,
    CONSTRAINT part_check CHECK (p_size BETWEEN 1 AND 50)
);

ALTER TABLE ONLY public.part
    ADD CONSTRAINT part_pkey PRIMARY KEY (p_partkey);

CREATE TABLE public.partsupp (
    ps_partkey bigint NOT NULL,
    ps_suppkey bigint NOT NULL,
    ps_availqty integer NOT NULL,
    ps_supplycost decimal(15,2) NOT NULL,
    ps_comment character varying(199) NOT NULL
);

ALTER TABLE ONLY public.partsupp
    ADD CONSTRAINT partsupp_pkey PRIMARY KEY (ps_partkey, ps_suppkey);

CREATE TABLE public.customer (
    c_custkey bigint NOT NULL,
    c_name character varying(25) NOT NULL,
    c_address character varying(40) NOT NULL,
    c_nationkey integer NOT NULL,
    c_phone character(15) NOT NULL,
    c_acctbal decimal(15,2) NOT NULL,
    c_mktsegment character(10) NOT NULL,
    c_comment character varying(117) NOT NULL
);

ALTER TABLE ONLY public.customer
    ADD CONSTRAINT customer_pkey PRIMARY KEY (c_custkey);

CREATE TABLE public.orders (
    o_orderkey bigint NOT NULL,
    o_custkey bigint NOT NULL,
    o_orderstatus character(1) NOT NULL,
    o_totalprice decimal(15,2) NOT NULL,
    o_orderdate date NOT NULL,
    o_orderpriority character(15) NOT NULL,
    o_clerk character(15) NOT NULL,
    o_shippriority integer NOT NULL,
    o_comment character varying(79) NOT NULL,
    CONSTRAINT orders_check CHECK (o_orderstatus IN ('F', 'O', 'P'))
);

ALTER TABLE ONLY public.orders
    ADD CONSTRAINT orders_pkey PRIMARY KEY (o_orderkey);

CREATE TABLE public.lineitem (
    l_orderkey bigint NOT NULL,
    l_partkey bigint NOT NULL,
    l_suppkey bigint NOT NULL,
    l_linenumber integer NOT NULL,
    l_quantity decimal(15,2) NOT NULL,
    l_extendedprice decimal(15,2) NOT NULL,
    l_discount decimal(15,2) NOT NULL,
    l_tax decimal(15,2) NOT NULL,
    l_returnflag character(1) NOT NULL,
    l_linestatus character(1) NOT NULL,
    l_shipdate date NOT NULL,
    l_commitdate date NOT NULL,
    l_receiptdate date NOT NULL,
    l_shipinstruct character(25) NOT NULL,
    l_shipmode character(10) NOT NULL,
    l_comment character varying(44) NOT NULL,
    CONSTRAINT lineitem_check CHECK (l_discount BETWEEN 0 AND 0.10)
);

ALTER TABLE ONLY public.lineitem
    ADD CONSTRAINT lineitem_pkey PRIMARY KEY (l_orderkey, l_linenumber);

ALTER TABLE ONLY public.nation
    ADD CONSTRAINT nation_fkey1 FOREIGN KEY (n_regionkey) REFERENCES public.region(r_regionkey);

ALTER TABLE ONLY public.supplier
    ADD CONSTRAINT supplier_fkey1 FOREIGN KEY (s_nationkey) REFERENCES public.nation(n_nationkey);

ALTER TABLE ONLY public.partsupp
    ADD CONSTRAINT partsupp_fkey1 FOREIGN KEY (ps_partkey) REFERENCES public.part(p_partkey);

ALTER TABLE ONLY public.partsupp
    ADD CONSTRAINT partsupp_fkey2 FOREIGN KEY (ps_suppkey) REFERENCES public.supplier(s_suppkey);

ALTER TABLE ONLY public.customer
    ADD CONSTRAINT customer_fkey1 FOREIGN KEY (c_nationkey) REFERENCES public.nation(n_nationkey);

ALTER TABLE ONLY public.orders
    ADD CONSTRAINT orders_fkey1 FOREIGN KEY (o_custkey) REFERENCES public.customer(c_custkey);

ALTER TABLE ONLY public.lineitem
    ADD CONSTRAINT lineitem_fkey1 FOREIGN KEY (l_orderkey) REFERENCES public.orders(o_orderkey);

ALTER TABLE ONLY public.lineitem
    ADD CONSTRAINT lineitem_fkey2 FOREIGN KEY (l_partkey, l_suppkey) REFERENCES public.partsupp(ps_partkey, ps_suppkey);

COMMENT ON TABLE public.partsupp IS 'which supplier has which part, and at what cost';

COMMENT ON COLUMN public.lineitem.l_tax IS 'a share, on top of the price';
