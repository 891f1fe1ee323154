// The server's own API: path, parameters -> [AnswerApiPath] -> an answer of Answerer.
//
//   GET /api/v1/query       rows, names, values, numbers       serve/api/request.h, api_answer.h
//   POST /api/v1/lookup     the same of a list                  serve/api/lookup.h
//   GET /api/v1/pivot       rows around a name, and their graph
//   GET /api/v1/stats       the whole database in numbers
//   GET /api/v1/coverage    what an answer of nothing rests on  serve/api/coverage.h
//
// Errors are one line of JSON (ApiRefusal). schema/openapi.yaml describes all of it.
//
// Function: any thread.
#pragma once

#include <span>
#include <string>

#include "http/message.h"
#include "serve/common/answerer.h"
#include "serve/common/url.h"

namespace pdns::serve {

// `path`: behind "api". The answerer outlives the answer.
void AnswerApiPath(std::span<const std::string> path, const Url& url, const http::Request& request,
                   Answerer& answerer, Asked asked);

}  // namespace pdns::serve
