#pragma once

#include <string>

#include "accounts/account_service.hpp"
#include "chat/report_service.hpp"

// Reports as operators read them, over HTTP and on the command line.
namespace banter::gateway {

// `{items, next, previous}`; without the evidence, but with its number of messages.
base::Task<base::Result<std::string>> reports_page_json(accounts::AccountService& accounts,
                                                        chat::ReportService& reports, bool all,
                                                        ports::PageRequest page);
// One report with its evidence.
base::Task<base::Result<std::string>> report_json(accounts::AccountService& accounts,
                                                  chat::ReportService& reports,
                                                  domain::ReportId id);

}  // namespace banter::gateway
