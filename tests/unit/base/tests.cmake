pdns_unit_test(base FILES bytes hash key_sort log_limit status stop LIBS pdns_base)
