pdns_unit_test(admin
  FILES export joined_ledger report
  LIBS pdns_admin pdns_render pdns_store_rocks PkgConfig::rocksdb)
