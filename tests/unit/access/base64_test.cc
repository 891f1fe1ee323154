#include "access/base64.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <string>

namespace pdns::access {
namespace {

std::string Encoded(const std::string& bytes) {
  std::string text(bytes.size() * 2 + 8, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                   reinterpret_cast<const unsigned char*>(bytes.data()),
                                   static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

// Section 10 of RFC 4648.
TEST(Base64, TheExamplesOfTheRfc) {
  EXPECT_EQ(FromBase64(""), "");
  EXPECT_EQ(FromBase64("Zg=="), "f");
  EXPECT_EQ(FromBase64("Zm8="), "fo");
  EXPECT_EQ(FromBase64("Zm9v"), "foo");
  EXPECT_EQ(FromBase64("Zm9vYg=="), "foob");
  EXPECT_EQ(FromBase64("Zm9vYmE="), "fooba");
  EXPECT_EQ(FromBase64("Zm9vYmFy"), "foobar");
}

TEST(Base64, EveryByteAtEveryPlace) {
  for (int byte = 0; byte < 256; ++byte) {
    for (std::size_t size = 1; size <= 4; ++size) {
      for (std::size_t at = 0; at < size; ++at) {
        std::string bytes(size, 'x');
        bytes[at] = static_cast<char>(byte);
        EXPECT_EQ(FromBase64(Encoded(bytes)), bytes);
      }
    }
  }
}

TEST(Base64, WhatNoEncoderMakes) {
  for (const char* text : {"Zg",    "Zg=",  "Zg===", "Zh==",     "Zm9=", "=",     "==",
                           "===",   "====", "Z===",  "Zg==Zg==", "Zm=v", " Zg==", "Zg==\n",
                           "Zm9v ", "Zm-_", "Zm9vY", "Zm9\x80",  "A===", "AB=C",  "*"}) {
    EXPECT_FALSE(FromBase64(text).has_value()) << text;
  }
  EXPECT_FALSE(FromBase64(std::string("Zm9\0", 4)).has_value());
}

}  // namespace
}  // namespace pdns::access
