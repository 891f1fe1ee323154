pdns_unit_test(admin
  FILES export report
  LIBS pdns_admin pdns_render pdns_store_rocks PkgConfig::rocksdb)
