pdns_unit_test(base FILES allowance amount bytes folder hash key_sort log_limit setting_file status stop wait whole_number LIBS pdns_base)
