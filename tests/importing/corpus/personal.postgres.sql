--
-- PostgreSQL database dump
--

CREATE TABLE public.patients (
    patient_id integer NOT NULL PRIMARY KEY,
    first_name text NOT NULL,
    last_name text NOT NULL,
    email text NOT NULL UNIQUE,
    phone text NOT NULL,
    iban text NOT NULL,
    birth_date date NOT NULL,
    city text NOT NULL,
    note text,
    created_at timestamp without time zone NOT NULL
);

CREATE TABLE public.visits (
    visit_id integer NOT NULL PRIMARY KEY,
    patient_id integer NOT NULL REFERENCES public.patients (patient_id),
    disease text NOT NULL,
    fee numeric(10,2) NOT NULL,
    visited_at timestamp without time zone NOT NULL
);

COMMENT ON COLUMN public.patients.note IS 'what the desk wrote down';
