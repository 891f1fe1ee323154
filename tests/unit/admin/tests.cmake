pdns_unit_test(admin
  FILES report
  LIBS pdns_admin pdns_store_rocks PkgConfig::rocksdb)
