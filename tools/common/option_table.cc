#include "tools/common/option_table.h"

#include <boost/program_options.hpp>
#include <string>

namespace pdns::tools {
namespace {

namespace po = boost::program_options;

constexpr unsigned kHelpWidth = 100;

template <class T>
po::typed_value<T>* ValueOf(const OptionRow& row, T initial) {
  auto* value = po::value<T>()->value_name(row.value);
  if (row.initial == OptionRow::kAbsent) return value;
  return value->default_value(std::move(initial), row.initial);
}

double RealOf(const OptionRow& row) {
  return row.initial == OptionRow::kAbsent ? 0 : std::stod(row.initial);
}

std::int64_t NumberOf(const OptionRow& row) {
  const bool none = row.initial == OptionRow::kAbsent || row.initial == OptionRow::kNone;
  return none ? 0 : std::stoll(row.initial);
}

const po::value_semantic* SemanticOf(const OptionRow& row) {
  switch (row.kind) {
    case OptionKind::kFlag:
      return po::bool_switch();
    case OptionKind::kText:
      return ValueOf<std::string>(row, row.initial);
    case OptionKind::kTexts:
      return po::value<std::vector<std::string>>()->value_name(row.value)->composing();
    case OptionKind::kNumber:
      return ValueOf<std::int64_t>(row, NumberOf(row));
    case OptionKind::kReal:
      return ValueOf<double>(row, RealOf(row));
  }
  return nullptr;
}

}  // namespace

po::options_description Describe(const OptionTable& table) {
  po::options_description all;
  for (const OptionGroup& group : table) {
    po::options_description options(group.title, kHelpWidth);
    auto add = options.add_options();
    for (const OptionRow& row : group.rows) {
      const bool repeats = row.kind == OptionKind::kTexts;
      const std::string help = repeats ? row.help + "; may be repeated" : row.help;
      add(row.name.c_str(), SemanticOf(row), help.c_str());
    }
    all.add(options);
  }
  return all;
}

}  // namespace pdns::tools
