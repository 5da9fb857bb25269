CREATE TABLE product_category_name_translation (
  product_category_name VARCHAR(64) NOT NULL,
  product_category_name_english VARCHAR(64),
  PRIMARY KEY (product_category_name)
);

CREATE TABLE geolocation (
  geolocation_zip_code_prefix CHAR(5) NOT NULL,
  geolocation_lat DOUBLE PRECISION NOT NULL,
  geolocation_lng DOUBLE PRECISION NOT NULL,
  geolocation_city VARCHAR(64) NOT NULL,
  geolocation_state CHAR(2) NOT NULL
);

CREATE TABLE olist_customers (
  customer_id CHAR(32) NOT NULL,
  customer_unique_id CHAR(32) NOT NULL,
  customer_zip_code_prefix CHAR(5) NOT NULL,
  customer_city VARCHAR(64) NOT NULL,
  customer_state CHAR(2) NOT NULL,
  PRIMARY KEY (customer_id)
);

CREATE TABLE olist_sellers (
  seller_id CHAR(32) NOT NULL,
  seller_zip_code_prefix CHAR(5) NOT NULL,
  seller_city VARCHAR(64) NOT NULL,
  seller_state CHAR(2) NOT NULL,
  PRIMARY KEY (seller_id)
);

CREATE TABLE olist_products (
  product_id CHAR(32) NOT NULL,
  product_category_name VARCHAR(64),
  product_name_lenght INTEGER,
  product_description_lenght INTEGER,
  product_photos_qty SMALLINT,
  product_weight_g INTEGER,
  product_length_cm INTEGER,
  product_height_cm INTEGER,
  product_width_cm INTEGER,
  PRIMARY KEY (product_id),
  FOREIGN KEY (product_category_name) REFERENCES product_category_name_translation(product_category_name)
);

CREATE TABLE olist_orders (
  order_id CHAR(32) NOT NULL,
  customer_id CHAR(32) NOT NULL,
  order_status VARCHAR(16) NOT NULL,
  order_purchase_timestamp TIMESTAMP NOT NULL,
  order_approved_at TIMESTAMP,
  order_delivered_carrier_date TIMESTAMP,
  order_delivered_customer_date TIMESTAMP,
  order_estimated_delivery_date TIMESTAMP NOT NULL,
  PRIMARY KEY (order_id),
  CHECK (order_approved_at >= order_purchase_timestamp),
  FOREIGN KEY (customer_id) REFERENCES olist_customers(customer_id)
);

CREATE TABLE olist_order_items (
  order_id CHAR(32) NOT NULL,
  order_item_id INTEGER NOT NULL,
  product_id CHAR(32) NOT NULL,
  seller_id CHAR(32) NOT NULL,
  shipping_limit_date TIMESTAMP NOT NULL,
  price NUMERIC(10,2) NOT NULL,
  freight_value NUMERIC(10,2) NOT NULL,
  PRIMARY KEY (order_id, order_item_id),
  CHECK (price >= 0),
  FOREIGN KEY (order_id) REFERENCES olist_orders(order_id),
  FOREIGN KEY (product_id) REFERENCES olist_products(product_id),
  FOREIGN KEY (seller_id) REFERENCES olist_sellers(seller_id)
);

CREATE TABLE olist_order_payments (
  order_id CHAR(32) NOT NULL,
  payment_sequential INTEGER NOT NULL,
  payment_type VARCHAR(16) NOT NULL,
  payment_installments SMALLINT NOT NULL,
  payment_value NUMERIC(10,2) NOT NULL,
  PRIMARY KEY (order_id, payment_sequential),
  CHECK (payment_type IN ('boleto', 'credit_card', 'debit_card', 'voucher', 'not_defined')),
  FOREIGN KEY (order_id) REFERENCES olist_orders(order_id)
);

CREATE TABLE olist_order_reviews (
  review_id CHAR(32) NOT NULL,
  order_id CHAR(32) NOT NULL,
  review_score SMALLINT NOT NULL,
  review_comment_title VARCHAR(64),
  review_comment_message TEXT,
  review_creation_date TIMESTAMP NOT NULL,
  review_answer_timestamp TIMESTAMP NOT NULL,
  PRIMARY KEY (review_id, order_id),
  CHECK (review_score BETWEEN 1 AND 5),
  FOREIGN KEY (order_id) REFERENCES olist_orders(order_id)
);

COMMENT ON TABLE olist_orders IS 'what was bought, by whom and when';

COMMENT ON COLUMN olist_order_items.freight_value IS 'the part of the freight that falls on this item';
