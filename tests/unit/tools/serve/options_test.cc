#include "tools/serve/options.h"

#include <gtest/gtest.h>

#include <string>

#include "unit/tools/arguments.h"

namespace pdns::tools {
namespace {

Result<ServeOptions> Parse(std::initializer_list<std::string> arguments) {
  return ParseWith(ParseServeOptions, arguments);
}

TEST(ServeOptions, HaveDefaults) {
  const auto options = Parse({});
  ASSERT_TRUE(options.ok()) << options.status().message();
  EXPECT_EQ(options->listen, "127.0.0.1:8053");
  EXPECT_EQ(options->max_time, std::chrono::seconds(60));
  EXPECT_EQ(options->max_connections, 512U);
  EXPECT_EQ(options->memory, 128U << 20);
  EXPECT_EQ(options->origin, "pdns");
  EXPECT_FALSE(options->open);
}

TEST(ServeOptions, AreRead) {
  const auto options =
      Parse({"-d", "db", "-l", "[::1]:9053", "--open", "--host", "a.example", "--host", "b.example",
             "--max-time", "5m", "--max-connections", "7", "-m", "1G", "--audit", "log"});
  ASSERT_TRUE(options.ok()) << options.status().message();
  EXPECT_EQ(options->database, "db");
  EXPECT_EQ(options->listen, "[::1]:9053");
  EXPECT_TRUE(options->open);
  EXPECT_EQ(options->hosts.size(), 2U);
  EXPECT_EQ(options->max_time, std::chrono::minutes(5));
  EXPECT_EQ(options->max_connections, 7U);
  EXPECT_EQ(options->memory, 1U << 30);
  EXPECT_EQ(options->audit, "log");
}

TEST(ServeOptions, RefusesWhatCannotBe) {
  for (const auto& [option, value] : {std::pair{"--max-time", "0"},
                                      {"--max-time", "soon"},
                                      {"--max-connections", "0"},
                                      {"--max-connections", "-1"},
                                      {"--max-connections", "65537"},
                                      {"--memory", "much"},
                                      {"--memory", "-1"},
                                      {"--listen", ""}}) {
    const auto options = Parse({option, value});
    EXPECT_EQ(options.status().code(), Code::kUsage) << option << ' ' << value;
    EXPECT_NE(options.status().message().find(std::string(option).substr(2)), std::string::npos)
        << options.status().message();
  }
  EXPECT_EQ(Parse({"--open", "--keys", "k"}).status().code(), Code::kUsage);
  EXPECT_EQ(Parse({"--tls-cert", "c"}).status().code(), Code::kUsage);
  EXPECT_EQ(Parse({"--tls-key", "k"}).status().code(), Code::kUsage);
  EXPECT_EQ(Parse({"www.blah.org"}).status().code(), Code::kUsage);
}

}  // namespace
}  // namespace pdns::tools
