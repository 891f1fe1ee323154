pdns_unit_test(control
  FILES message server crowd rules taps
  LIBS pdns_control pdns_proto PkgConfig::protobuf_c PkgConfig::rapidjson
  LABELS threads)
