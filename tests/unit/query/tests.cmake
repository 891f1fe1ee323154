pdns_unit_test(query
  FILES answer_cursor cut_answer filter text/from_texts hit_sorter interrupted lookup new_rows pivot pivot_bounds pivot_target request run sort_key
  LIBS pdns_query fmt::fmt)
