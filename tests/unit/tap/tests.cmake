pdns_unit_test(tap
  FILES filter output
        print/describe print/line print/printer print/time_text
        source/session source/live
  LIBS pdns_tap PkgConfig::rapidjson
  LABELS threads)
