-- What lookups call, with the meaning that SQLite's functions of these names have. SQLite has instr and json_type of
-- its own, and the others from Python. LATIN, MANY, OF_LATIN, ONE_BY_ONE and OF_ALL are put in place by folding.py.

CREATE FUNCTION instr(text, text) RETURNS integer
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT strpos($1, $2) $$;

CREATE FUNCTION as_number(text) RETURNS numeric
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT CASE WHEN $1 ~ '^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,4})?$' THEN $1::numeric END
$$;

CREATE FUNCTION matched_by(value text, expression text, folds boolean) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  RETURN CASE WHEN folds THEN value ~* expression ELSE value ~ expression END;
EXCEPTION WHEN invalid_regular_expression THEN RETURN false;
END
$$;

CREATE FUNCTION date_part_of(part text, value timestamp) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT CASE part
    WHEN 'date' THEN to_char(value, 'YYYY-MM-DD')
    WHEN 'week_day' THEN (extract(dow FROM value) + 1)::text
    ELSE floor(date_part(part, value))::integer::text
  END
$$;

-- A text is a date, a number is microseconds since 1970.
CREATE FUNCTION date_part_of(part text, value bigint, zone text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT date_part_of(part, timezone(zone, to_timestamp(0) + value * interval '1 microsecond'))
$$;

CREATE FUNCTION date_part_of(part text, value text, zone text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT date_part_of(part, value::date::timestamp) $$;

-- The path is written as $."KEY".
CREATE FUNCTION json_type(text, text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT CASE kind WHEN 'string' THEN 'text' WHEN 'number' THEN 'integer' ELSE kind END
  FROM json_typeof($1::json -> substring($2 from 4 for length($2) - 4)) AS kind
$$;

-- Not in SQL, where it would be planned anew for every query; that takes longer than to fold a thousand texts.
CREATE FUNCTION fold(text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  -- Most texts are ASCII, most of the others Latin, and most of the rest have no letter that becomes several.
  IF octet_length($1) = length($1) THEN RETURN lower($1 COLLATE "C"); END IF;
  IF $1 !~ '[^\u0001-LATIN]' THEN RETURN OF_LATIN; END IF;
  IF $1 !~ '[MANY]' THEN RETURN ONE_BY_ONE; END IF;
  RETURN OF_ALL;
END
$$;
