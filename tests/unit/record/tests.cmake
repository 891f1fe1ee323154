pdns_unit_test(record FILES fate name observation rrtype LIBS pdns_record)
