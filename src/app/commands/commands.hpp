#pragma once

#include <string>

#include "app/config/config_loader.hpp"

// What the commands of the program do. Each returns the exit code and throws StartupError.
namespace banter::app {

// Reads everything; prints what it found. Exit 3 when something is damaged.
int run_doctor(const Config& config);

// Throws StartupError (data_directory) when there is no data directory yet, so that a command that
// only looks makes none.
void require_data_directory(const Config& config);

struct PasswordOptions {
    std::string file;       // read it from there
    bool generate = false;  // make one and print it
};

int run_user_add(const Config& config, const std::string& username, const std::string& display_name,
                 const PasswordOptions& password);
int run_user_list(const Config& config);
int run_user_password(const Config& config, const std::string& username,
                      const PasswordOptions& password);

// What users reported: the open reports, or all.
int run_reports_list(const Config& config, bool all);
int run_report_show(const Config& config, const std::string& report);
int run_report_close(const Config& config, const std::string& report, const std::string& note);

}  // namespace banter::app
