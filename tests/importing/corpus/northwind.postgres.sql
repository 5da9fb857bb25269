--
-- PostgreSQL database dump
--

SET statement_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SET check_function_bodies = false;
SET default_tablespace = '';

CREATE TABLE public.categories (
    category_id integer NOT NULL,
    category_name character varying(15) NOT NULL,
    description text,
    picture bytea
);

ALTER TABLE public.categories OWNER TO CURRENT_USER;

CREATE TABLE public.customer_demographics (
    customer_type_id character(10) NOT NULL,
    customer_desc text
);

ALTER TABLE public.customer_demographics OWNER TO CURRENT_USER;

CREATE TABLE public.customers (
    customer_id character(5) NOT NULL,
    company_name character varying(40) NOT NULL,
    contact_name character varying(30),
    contact_title character varying(30),
    address character varying(60),
    city character varying(15),
    region character varying(15),
    postal_code character varying(10),
    country character varying(15),
    phone character varying(24),
    fax character varying(24)
);

ALTER TABLE public.customers OWNER TO CURRENT_USER;

CREATE TABLE public.customer_customer_demo (
    customer_id character(5) NOT NULL,
    customer_type_id character(10) NOT NULL
);

ALTER TABLE public.customer_customer_demo OWNER TO CURRENT_USER;

CREATE TABLE public.employees (
    employee_id integer NOT NULL,
    last_name character varying(20) NOT NULL,
    first_name character varying(10) NOT NULL,
    title character varying(30),
    title_of_courtesy character varying(25),
    birth_date date,
    hire_date date,
    address character varying(60),
    city character varying(15),
    region character varying(15),
    postal_code character varying(10),
    country character varying(15),
    home_phone character varying(24),
    extension character varying(4),
    photo bytea,
    notes text,
    reports_to integer,
    photo_path character varying(255)
);

ALTER TABLE public.employees OWNER TO CURRENT_USER;

CREATE TABLE public.region (
    region_id integer NOT NULL,
    region_description character(50) NOT NULL
);

ALTER TABLE public.region OWNER TO CURRENT_USER;

CREATE TABLE public.territories (
    territory_id character varying(20) NOT NULL,
    territory_description character(50) NOT NULL,
    region_id integer NOT NULL
);

ALTER TABLE public.territories OWNER TO CURRENT_USER;

CREATE TABLE public.employee_territories (
    employee_id integer NOT NULL,
    territory_id character varying(20) NOT NULL
);

ALTER TABLE public.employee_territories OWNER TO CURRENT_USER;

CREATE TABLE public.shippers (
    shipper_id integer NOT NULL,
    company_name character varying(40) NOT NULL,
    phone character varying(24)
);

ALTER TABLE public.shippers OWNER TO CURRENT_USER;

CREATE TABLE public.suppliers (
    supplier_id integer NOT NULL,
    company_name character varying(40) NOT NULL,
    contact_name character varying(30),
    contact_title character varying(30),
    address character varying(60),
    city character varying(15),
    region character varying(15),
    postal_code character varying(10),
    country character varying(15),
    phone character varying(24),
    fax character varying(24),
    home_page text
);

ALTER TABLE public.suppliers OWNER TO CURRENT_USER;

CREATE TABLE public.products (
    product_id integer NOT NULL,
    product_name character varying(40) NOT NULL,
    supplier_id integer,
    category_id integer,
    quantity_per_unit character varying(20),
    unit_price numeric(10,2) DEFAULT 0,
    units_in_stock smallint DEFAULT 0,
    units_on_order smallint DEFAULT 0,
    reorder_level smallint DEFAULT 0,
    discontinued boolean DEFAULT false NOT NULL
);

ALTER TABLE public.products OWNER TO CURRENT_USER;

CREATE TABLE public.orders (
    order_id integer NOT NULL,
    customer_id character(5),
    employee_id integer,
    order_date date,
    required_date date,
    shipped_date date,
    ship_via integer,
    freight numeric(10,2) DEFAULT 0,
    ship_name character varying(40),
    ship_address character varying(60),
    ship_city character varying(15),
    ship_region character varying(15),
    ship_postal_code character varying(10),
    ship_country character varying(15)
);

ALTER TABLE public.orders OWNER TO CURRENT_USER;

CREATE TABLE public.order_details (
    order_id integer NOT NULL,
    product_id integer NOT NULL,
    unit_price numeric(10,2) DEFAULT 0 NOT NULL,
    quantity smallint DEFAULT 1 NOT NULL,
    discount real DEFAULT 0 NOT NULL
);

ALTER TABLE public.order_details OWNER TO CURRENT_USER;

CREATE SEQUENCE public.categories_category_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.categories_category_id_seq OWNED BY public.categories.category_id;

ALTER TABLE ONLY public.categories ALTER COLUMN category_id SET DEFAULT nextval('public.categories_category_id_seq'::regclass);

ALTER TABLE ONLY public.categories
    ADD CONSTRAINT pk_categories PRIMARY KEY (category_id);

ALTER TABLE ONLY public.customer_demographics
    ADD CONSTRAINT pk_customer_demographics PRIMARY KEY (customer_type_id);

ALTER TABLE ONLY public.customers
    ADD CONSTRAINT pk_customers PRIMARY KEY (customer_id);

ALTER TABLE ONLY public.customer_customer_demo
    ADD CONSTRAINT pk_customer_customer_demo PRIMARY KEY (customer_id, customer_type_id);

CREATE SEQUENCE public.employees_employee_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.employees_employee_id_seq OWNED BY public.employees.employee_id;

ALTER TABLE ONLY public.employees ALTER COLUMN employee_id SET DEFAULT nextval('public.employees_employee_id_seq'::regclass);

ALTER TABLE ONLY public.employees
    ADD CONSTRAINT pk_employees PRIMARY KEY (employee_id);

ALTER TABLE ONLY public.region
    ADD CONSTRAINT pk_region PRIMARY KEY (region_id);

ALTER TABLE ONLY public.territories
    ADD CONSTRAINT pk_territories PRIMARY KEY (territory_id);

ALTER TABLE ONLY public.employee_territories
    ADD CONSTRAINT pk_employee_territories PRIMARY KEY (employee_id, territory_id);

CREATE SEQUENCE public.shippers_shipper_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.shippers_shipper_id_seq OWNED BY public.shippers.shipper_id;

ALTER TABLE ONLY public.shippers ALTER COLUMN shipper_id SET DEFAULT nextval('public.shippers_shipper_id_seq'::regclass);

ALTER TABLE ONLY public.shippers
    ADD CONSTRAINT pk_shippers PRIMARY KEY (shipper_id);

CREATE SEQUENCE public.suppliers_supplier_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.suppliers_supplier_id_seq OWNED BY public.suppliers.supplier_id;

ALTER TABLE ONLY public.suppliers ALTER COLUMN supplier_id SET DEFAULT nextval('public.suppliers_supplier_id_seq'::regclass);

ALTER TABLE ONLY public.suppliers
    ADD CONSTRAINT pk_suppliers PRIMARY KEY (supplier_id);

CREATE SEQUENCE public.products_product_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.products_product_id_seq OWNED BY public.products.product_id;

ALTER TABLE ONLY public.products ALTER COLUMN product_id SET DEFAULT nextval('public.products_product_id_seq'::regclass);

ALTER TABLE ONLY public.products
    ADD CONSTRAINT pk_products PRIMARY KEY (product_id);

ALTER TABLE ONLY public.products
    ADD CONSTRAINT ck_products CHECK (unit_price >= 0);

CREATE SEQUENCE public.orders_order_id_seq
    AS integer
    START WITH 10248
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.orders_order_id_seq OWNED BY public.orders.order_id;

ALTER TABLE ONLY public.orders ALTER COLUMN order_id SET DEFAULT nextval('public.orders_order_id_seq'::regclass);

ALTER TABLE ONLY public.orders
    ADD CONSTRAINT pk_orders PRIMARY KEY (order_id);

ALTER TABLE ONLY public.orders
    ADD CONSTRAINT ck_orders CHECK (shipped_date >= order_date);

ALTER TABLE ONLY public.order_details
    ADD CONSTRAINT pk_order_details PRIMARY KEY (order_id, product_id);

ALTER TABLE ONLY public.order_details
    ADD CONSTRAINT ck_order_details CHECK (discount >= 0 AND discount <= 1);

ALTER TABLE ONLY public.customer_customer_demo
    ADD CONSTRAINT fk_customer_customer_demo_customers FOREIGN KEY (customer_id) REFERENCES public.customers (customer_id);

ALTER TABLE ONLY public.customer_customer_demo
    ADD CONSTRAINT fk_customer_customer_demo_customer_demographics FOREIGN KEY (customer_type_id) REFERENCES public.customer_demographics (customer_type_id);

ALTER TABLE ONLY public.employees
    ADD CONSTRAINT fk_employees_employees FOREIGN KEY (reports_to) REFERENCES public.employees (employee_id);

ALTER TABLE ONLY public.territories
    ADD CONSTRAINT fk_territories_region FOREIGN KEY (region_id) REFERENCES public.region (region_id);

ALTER TABLE ONLY public.employee_territories
    ADD CONSTRAINT fk_employee_territories_employees FOREIGN KEY (employee_id) REFERENCES public.employees (employee_id);

ALTER TABLE ONLY public.employee_territories
    ADD CONSTRAINT fk_employee_territories_territories FOREIGN KEY (territory_id) REFERENCES public.territories (territory_id);

ALTER TABLE ONLY public.products
    ADD CONSTRAINT fk_products_suppliers FOREIGN KEY (supplier_id) REFERENCES public.suppliers (supplier_id);

ALTER TABLE ONLY public.products
    ADD CONSTRAINT fk_products_categories FOREIGN KEY (category_id) REFERENCES public.categories (category_id);

ALTER TABLE ONLY public.orders
    ADD CONSTRAINT fk_orders_customers FOREIGN KEY (customer_id) REFERENCES public.customers (customer_id);

ALTER TABLE ONLY public.orders
    ADD CONSTRAINT fk_orders_employees FOREIGN KEY (employee_id) REFERENCES public.employees (employee_id);

ALTER TABLE ONLY public.orders
    ADD CONSTRAINT fk_orders_shippers FOREIGN KEY (ship_via) REFERENCES public.shippers (shipper_id);

ALTER TABLE ONLY public.order_details
    ADD CONSTRAINT fk_order_details_orders FOREIGN KEY (order_id) REFERENCES public.orders (order_id);

ALTER TABLE ONLY public.order_details
    ADD CONSTRAINT fk_order_details_products FOREIGN KEY (product_id) REFERENCES public.products (product_id);

COMMENT ON TABLE public.order_details IS 'one line of an order';
