pdns_unit_test(aggregate FILES table window LIBS pdns_aggregate HEAVY)
