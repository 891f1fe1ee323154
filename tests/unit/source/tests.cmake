pdns_unit_test(source
  FILES diagnosis lane listing place
  LIBS pdns_source pdns_proto PkgConfig::protobuf_c)
