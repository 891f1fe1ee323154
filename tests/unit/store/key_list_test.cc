#include "store/key_list.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace pdns::store {
namespace {

void Add(KeyList& list, std::string_view key) {
  list.open().append(key);
  list.End();
}

std::vector<std::string> Contents(const KeyList& list) {
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < list.size(); ++i) keys.emplace_back(list[i]);
  return keys;
}

TEST(KeyList, KeepsKeysOfAnyBytesApart) {
  const std::vector<std::string> keys{
      "com", "", std::string("\0", 1), std::string("\0\0", 2), "", std::string(70'000, 'x'), "org"};
  KeyList list;
  EXPECT_EQ(list.size(), 0U);
  for (const std::string& key : keys) Add(list, key);
  EXPECT_EQ(Contents(list), keys);
}

TEST(KeyList, AKeyIsMadePieceByPiece) {
  KeyList list;
  Add(list, "first");
  list.open() += "sec";
  list.open().push_back('o');
  list.open() += "nd";
  EXPECT_EQ(list.size(), 1U);  // until its end
  list.End();
  EXPECT_EQ(Contents(list), (std::vector<std::string>{"first", "second"}));
}

TEST(KeyList, AnyOfAsksEachKeyUntilOneHolds) {
  KeyList list;
  EXPECT_FALSE(list.AnyOf([](std::string_view /*key*/) { return true; }));
  for (const char* key : {"a", "b", "c"}) Add(list, key);
  std::string asked;
  const auto is = [&asked](std::string_view wanted) {
    return [&asked, wanted](std::string_view key) {
      asked += key;
      return key == wanted;
    };
  };
  EXPECT_TRUE(list.AnyOf(is("b")));
  EXPECT_EQ(asked, "ab");
  asked.clear();
  EXPECT_FALSE(list.AnyOf(is("ab")));
  EXPECT_EQ(asked, "abc");
}

TEST(KeyList, RandomKeysAsInAVector) {
  std::mt19937 random(8);
  KeyList list;
  std::vector<std::string> model;
  for (int step = 0; step < 5'000; ++step) {
    model.emplace_back(random() % 40, static_cast<char>(random()));
    Add(list, model.back());
    ASSERT_EQ(list.size(), model.size());
    const std::size_t i = random() % model.size();
    ASSERT_EQ(list[i], model[i]);
    ASSERT_EQ(list[model.size() - 1], model.back());
  }
  EXPECT_EQ(Contents(list), model);
}

}  // namespace
}  // namespace pdns::store
