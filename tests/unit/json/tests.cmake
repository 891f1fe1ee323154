pdns_unit_test(json
  FILES reader utf8 value writer
  LIBS pdns_json PkgConfig::rapidjson)
