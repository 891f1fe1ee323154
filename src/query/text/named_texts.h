// What was given, in texts by name: a command line, a URL -> [NamedTexts] -> RequestFromTexts.
//
// A value. One thread at a time.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pdns::query {

// Texts by name, each name's in the order in which they were added. A name that nobody reads is
// passed over: who fills it refuses names that there are not.
class NamedTexts {
 public:
  void Add(std::string_view name, std::string_view text);

  bool Has(std::string_view name) const { return texts_.find(name) != texts_.end(); }
  // Empty where there is none of that name.
  const std::vector<std::string>& Of(std::string_view name) const;
  // The last of that name.
  std::optional<std::string_view> One(std::string_view name) const;

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> texts_;
};

}  // namespace pdns::query
