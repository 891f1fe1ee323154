pdns_unit_test(tap
  FILES describe filter line output printer session source_live time_text
  LIBS pdns_tap PkgConfig::rapidjson
  LABELS threads)
