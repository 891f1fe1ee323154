pdns_unit_test(record FILES counters entry fate name observation rrtype tuple_key LIBS pdns_record)
