--
-- PostgreSQL database dump
--

SET statement_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SET check_function_bodies = false;
SET default_tablespace = '';

CREATE TABLE public.product_category_name_translation (
    product_category_name character varying(64) NOT NULL,
    product_category_name_english character varying(64)
);

ALTER TABLE ONLY public.product_category_name_translation
    ADD CONSTRAINT product_category_name_translation_pkey PRIMARY KEY (product_category_name);

CREATE TABLE public.geolocation (
    geolocation_zip_code_prefix character(5) NOT NULL,
    geolocation_lat double precision NOT NULL,
    geolocation_lng double precision NOT NULL,
    geolocation_city character varying(64) NOT NULL,
    geolocation_state character(2) NOT NULL
);

CREATE TABLE public.olist_customers (
    customer_id character(32) NOT NULL,
    customer_unique_id character(32) NOT NULL,
    customer_zip_code_prefix character(5) NOT NULL,
    customer_city character varying(64) NOT NULL,
    customer_state character(2) NOT NULL
);

ALTER TABLE ONLY public.olist_customers
    ADD CONSTRAINT olist_customers_pkey PRIMARY KEY (customer_id);

CREATE TABLE public.olist_sellers (
    seller_id character(32) NOT NULL,
    seller_zip_code_prefix character(5) NOT NULL,
    seller_city character varying(64) NOT NULL,
    seller_state character(2) NOT NULL
);

ALTER TABLE ONLY public.olist_sellers
    ADD CONSTRAINT olist_sellers_pkey PRIMARY KEY (seller_id);

CREATE TABLE public.olist_products (
    product_id character(32) NOT NULL,
    product_category_name character varying(64),
    product_name_lenght integer,
    product_description_lenght integer,
    product_photos_qty smallint,
    product_weight_g integer,
    product_length_cm integer,
    product_height_cm integer,
    product_width_cm integer
);

ALTER TABLE ONLY public.olist_products
    ADD CONSTRAINT olist_products_pkey PRIMARY KEY (product_id);

CREATE TABLE public.olist_orders (
    order_id character(32) NOT NULL,
    customer_id character(32) NOT NULL,
    order_status character varying(16) NOT NULL,
    order_purchase_timestamp timestamp without time zone NOT NULL,
    order_approved_at timestamp without time zone,
    order_delivered_carrier_date timestamp without time zone,
    order_delivered_customer_date timestamp without time zone,
    order_estimated_delivery_date timestamp without time zone NOT NULL,
    CONSTRAINT olist_orders_check CHECK (order_approved_at >= order_purchase_timestamp)
);

ALTER TABLE ONLY public.olist_orders
    ADD CONSTRAINT olist_orders_pkey PRIMARY KEY (order_id);

CREATE TABLE public.olist_order_items (
    order_id character(32) NOT NULL,
    order_item_id integer NOT NULL,
    product_id character(32) NOT NULL,
    seller_id character(32) NOT NULL,
    shipping_limit_date timestamp without time zone NOT NULL,
    price numeric(10,2) NOT NULL,
    freight_value numeric(10,2) NOT NULL,
    CONSTRAINT olist_order_items_check CHECK (price >= 0)
);

ALTER TABLE ONLY public.olist_order_items
    ADD CONSTRAINT olist_order_items_pkey PRIMARY KEY (order_id, order_item_id);

CREATE TABLE public.olist_order_payments (
    order_id character(32) NOT NULL,
    payment_sequential integer NOT NULL,
    payment_type character varying(16) NOT NULL,
    payment_installments smallint NOT NULL,
    payment_value numeric(10,2) NOT NULL,
    CONSTRAINT olist_order_payments_check CHECK (payment_type IN ('boleto', 'credit_card', 'debit_card', 'voucher', 'not_defined'))
);

ALTER TABLE ONLY public.olist_order_payments
    ADD CONSTRAINT olist_order_payments_pkey PRIMARY KEY (order_id, payment_sequential);

CREATE TABLE public.olist_order_reviews (
    review_id character(32) NOT NULL,
    order_id character(32) NOT NULL,
    review_score smallint NOT NULL,
    review_comment_title character varying(64),
    review_comment_message text,
    review_creation_date timestamp without time zone NOT NULL,
    review_answer_timestamp timestamp without time zone NOT NULL,
    CONSTRAINT olist_order_reviews_check CHECK (review_score BETWEEN 1 AND 5)
);

ALTER TABLE ONLY public.olist_order_reviews
    ADD CONSTRAINT olist_order_reviews_pkey PRIMARY KEY (review_id, order_id);

ALTER TABLE ONLY public.olist_products
    ADD CONSTRAINT olist_products_fkey1 FOREIGN KEY (product_category_name) REFERENCES public.product_category_name_translation(product_category_name);

ALTER TABLE ONLY public.olist_orders
    ADD CONSTRAINT olist_orders_fkey1 FOREIGN KEY (customer_id) REFERENCES public.olist_customers(customer_id);

ALTER TABLE ONLY public.olist_order_items
    ADD CONSTRAINT olist_order_items_fkey1 FOREIGN KEY (order_id) REFERENCES public.olist_orders(order_id);

ALTER TABLE ONLY public.olist_order_items
    ADD CONSTRAINT olist_order_items_fkey2 FOREIGN KEY (product_id) REFERENCES public.olist_products(product_id);

ALTER TABLE ONLY public.olist_order_items
    ADD CONSTRAINT olist_order_items_fkey3 FOREIGN KEY (seller_id) REFERENCES public.olist_sellers(seller_id);

ALTER TABLE ONLY public.olist_order_payments
    ADD CONSTRAINT olist_order_payments_fkey1 FOREIGN KEY (order_id) REFERENCES public.olist_orders(order_id);

ALTER TABLE ONLY public.olist_order_reviews
    ADD CONSTRAINT olist_order_reviews_fkey1 FOREIGN KEY (order_id) REFERENCES public.olist_orders(order_id);

COMMENT ON TABLE public.olist_orders IS 'what was bought, by whom and when';

COMMENT ON COLUMN public.olist_order_items.freight_value IS 'the part of the freight that falls on this item';
