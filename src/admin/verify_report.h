// A verification for people: store::Verification -> [VerifyText, VerifyJson]. Functions: any
// thread.
#pragma once

#include <string>

#include "store/verification.h"

namespace pdns::admin {

// 0: sound. 1: places of the database disagree. 70: something is damaged. kIncomplete: it was ended
// before all was read, and nothing wrong was found until then.
int VerifyExitCode(const store::Verification& verification);

// What was read, then each finding with where it is, and at the end what to do. `database`: its
// path, for the commands to give.
std::string VerifyText(const store::Verification& verification, const std::string& database);

// One line with its end: the same, with "findings" as an array.
std::string VerifyJson(const store::Verification& verification, const std::string& database);

}  // namespace pdns::admin
