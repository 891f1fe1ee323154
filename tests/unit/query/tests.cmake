pdns_unit_test(query
  FILES answer_cursor cut_answer filter hit_sorter indicator json_list list lookup name_pattern new_rows pivot
        pivot_bounds pivot_target question request run sensors sort_key stix_pattern text_pattern utf8_text when
  LIBS pdns_query fmt::fmt)
