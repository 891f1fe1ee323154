pdns_unit_test(sort FILES sorter LIBS pdns_sort)
