// A list of indicators in the body of a request -> [ReadApiList] -> ApiRequest::list.
//
// The list is what pdns-query -f takes: lines, or JSON of MISP or STIX (ask/list.h). The body is
// bounded by kMostBody, where HTTP reads it, and its indicators by kMostListed. Memory: the body,
// and while it is answered 24 bytes an indicator and its text.
//
// Function: any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

#include "base/status.h"
#include "serve/api/request.h"

namespace pdns::serve {

inline constexpr std::size_t kMostBody = 64U << 20;
inline constexpr std::uint64_t kMostListed = 1'000'000;
inline constexpr std::size_t kMostBadLines = 20;  // told; the others are counted

// Sets the list of `request`, and what was passed over. A list of a million takes seconds:
// `interrupted` is asked now and then, and true ends it. kUsage: an empty list, JSON that is cut or
// of another kind, too many indicators; kBusy: interrupted.
Status ReadApiList(std::string_view body, ApiRequest& request,
                   const std::function<bool()>& interrupted);

}  // namespace pdns::serve
