#include "tools/common/database_path.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <optional>
#include <string>

namespace pdns::tools {
namespace {

// Sets or unsets a variable of the environment, for as long as it lives.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) {
    if (const char* before = std::getenv(name); before != nullptr) before_ = before;
    Set(value);
  }
  ~Variable() { Set(before_.has_value() ? before_->c_str() : nullptr); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  void Set(const char* value) { value != nullptr ? setenv(name_, value, 1) : unsetenv(name_); }

  const char* name_;
  std::optional<std::string> before_;
};

TEST(DatabasePath, WhatIsGivenComesFirst) {
  const Variable set("PDNS_DATABASE", "/from/environment");
  EXPECT_EQ(*DatabasePath("/given", Access::kRead), "/given");
  EXPECT_EQ(*DatabasePath("", Access::kWrite), "/from/environment");
}

TEST(DatabasePath, ThenTheSystemsThenTheUsers) {
  const Variable unset("PDNS_DATABASE", nullptr);
  const Variable home("HOME", "/home/somebody");
  for (const Access access : {Access::kRead, Access::kWrite}) {
    const int mode = access == Access::kWrite ? R_OK | W_OK | X_OK : R_OK | X_OK;
    const bool usable = ::access("/var/lib/pdns", mode) == 0;
    EXPECT_EQ(*DatabasePath("", access),
              usable ? "/var/lib/pdns" : "/home/somebody/.local/share/pdns");
  }
}

TEST(DatabasePath, AnEmptyVariableIsNone) {
  const Variable empty("PDNS_DATABASE", "");
  const Variable home("HOME", "/home/somebody");
  EXPECT_NE(*DatabasePath("", Access::kRead), "");
}

TEST(DatabasePath, NowhereIsAUsageError) {
  const Variable unset("PDNS_DATABASE", nullptr);
  for (const char* value : {"", static_cast<const char*>(nullptr)}) {
    const Variable home("HOME", value);
    if (::access("/var/lib/pdns", R_OK | X_OK) == 0) GTEST_SKIP() << "/var/lib/pdns exists";
    EXPECT_EQ(DatabasePath("", Access::kRead).status().code(), Code::kUsage);
  }
}

}  // namespace
}  // namespace pdns::tools
