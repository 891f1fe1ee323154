// The tuples of the real captures in tests/data, from the files that another program wrote.
#pragma once

#include <sstream>
#include <string>
#include <vector>

#include "unit/store/rows.h"
#include "unit/support/temp_dir.h"

namespace pdns::store {

inline std::vector<record::OwnedTuple> CorpusTuples() {
  std::vector<record::OwnedTuple> tuples;
  for (const char* name : {"bind-rr.tuples.tsv", "unbound-rr.tuples.tsv"}) {
    std::istringstream lines(testing::TestData(name));
    for (std::string line; std::getline(lines, line);) {
      std::vector<std::string> fields;
      std::istringstream cells(line);
      for (std::string cell; std::getline(cells, cell, '\t');) fields.push_back(cell);
      if (fields.size() == 6) fields.emplace_back();  // empty rdata
      const auto type = dns::TypeFromText(fields.at(1));
      if (!type.has_value()) ADD_FAILURE() << line;
      tuples.push_back(MakeTuple(fields.at(0), type.value_or(record::RrType{}),
                                 FromHex(fields.at(6)).value_or("")));
    }
  }
  EXPECT_GT(tuples.size(), 1000U);
  return tuples;
}

}  // namespace pdns::store
