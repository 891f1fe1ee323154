pdns_unit_test(base FILES allowance bytes hash key_sort log_limit status stop wait LIBS pdns_base)
