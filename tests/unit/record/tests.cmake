pdns_unit_test(record
  FILES bailiwick comparison counters entry outcome history name observation position rrtype sensors tuple_key type_facts
  LIBS pdns_record
  LABELS threads)
