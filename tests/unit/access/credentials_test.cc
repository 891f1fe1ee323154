#include "access/credentials.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace pdns::access {
namespace {

void Expect(const Credentials& credentials, Way way, const std::string& key) {
  EXPECT_EQ(credentials.way, way) << key;
  EXPECT_EQ(credentials.key, key);
}

TEST(Credentials, NothingWasSent) { Expect(ReadCredentials({}, {}), Way::kNone, ""); }

TEST(Credentials, XApiKey) {
  Expect(ReadCredentials("secret", {}), Way::kApiKey, "secret");
  Expect(ReadCredentials(" \tse cret \t", {}), Way::kApiKey, "se cret");
  Expect(ReadCredentials("", {}), Way::kApiKey, "");
  Expect(ReadCredentials("  ", {}), Way::kApiKey, "");
}

// Of RFC 7617: user "Aladdin", password "open sesame".
TEST(Credentials, BasicIsThePasswordWhoeverTheUser) {
  Expect(ReadCredentials({}, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="), Way::kBasic, "open sesame");
  Expect(ReadCredentials({}, " bAsIc \t QWxhZGRpbjpvcGVuIHNlc2FtZQ== "), Way::kBasic,
         "open sesame");
  Expect(ReadCredentials({}, "Basic OnNlY3JldA=="), Way::kBasic, "secret");  // ":secret"
  Expect(ReadCredentials({}, "Basic YTpiOmM="), Way::kBasic, "b:c");         // "a:b:c"
}

TEST(Credentials, BasicThatCannotBeRead) {
  for (const char* value : {"Basic", "Basic ", "Basic c2VjcmV0" /* no colon */, "Basic OnNlY3JldA",
                            "Basic %%%%", "Basic OnNl Y3JldA==", "Basic YTo=" /* no password */}) {
    Expect(ReadCredentials({}, value), Way::kBasic, "");
  }
}

TEST(Credentials, Bearer) {
  Expect(ReadCredentials({}, "Bearer secret"), Way::kBearer, "secret");
  Expect(ReadCredentials({}, "bearer\tsecret "), Way::kBearer, "secret");
  Expect(ReadCredentials({}, "Bearer"), Way::kBearer, "");
}

TEST(Credentials, OtherSchemes) {
  for (const char* value :
       {"", " ", "Digest username=\"a\"", "Negotiate abc", "Basicx YTpi", "secret"})
    Expect(ReadCredentials({}, value), Way::kUnknown, "");
}

TEST(Credentials, XApiKeyAlone) {
  Expect(ReadCredentials("a", "Bearer b"), Way::kApiKey, "a");
  Expect(ReadCredentials("", "Bearer b"), Way::kApiKey, "");
}

}  // namespace
}  // namespace pdns::access
