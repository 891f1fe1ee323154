pdns_unit_test(aggregate FILES window LIBS pdns_aggregate)
