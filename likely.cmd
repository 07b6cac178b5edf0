@echo off
rem Runs the program, building it first when there is no build yet or a source has changed.
setlocal
set "LIKELY_ROOT=%~dp0"
set "program=%LIKELY_ROOT%src\Likely.Cli\bin\Release\net10.0\Likely.Cli.dll"
set "stamp=%LIKELY_ROOT%.build\stamp"
set "DOTNET_NOLOGO=1"
set "DOTNET_CLI_TELEMETRY_OPTOUT=1"
if not defined DOTNET_TieredPGO set "DOTNET_TieredPGO=0"

where dotnet >nul 2>nul
if errorlevel 1 (
    echo likely needs the .NET 10 SDK, but there is no 'dotnet' command; install it from https://dot.net and try again. 1>&2
    exit /b 1
)

if not exist "%program%" goto build
if not exist "%stamp%" goto build
rem Folders count too: their time changes when a file is deleted.
powershell -NoProfile -ExecutionPolicy Bypass -Command "$built = (Get-Item ($env:LIKELY_ROOT + '.build\stamp')).LastWriteTimeUtc; $changed = Get-ChildItem ($env:LIKELY_ROOT + 'src'), ($env:LIKELY_ROOT + 'bench'), ($env:LIKELY_ROOT + 'Directory.*.props'), ($env:LIKELY_ROOT + 'global.json') -Recurse | Where-Object { $_.FullName -notmatch '\\(bin|obj)(\\|$)' -and $_.LastWriteTimeUtc -gt $built } | Select-Object -First 1; if ($changed) { exit 1 }"
if errorlevel 1 goto build
goto run

:build
echo building (about 40 s on first use) ... 1>&2
if not exist "%LIKELY_ROOT%.build" mkdir "%LIKELY_ROOT%.build"
set "log=%LIKELY_ROOT%.build\log.%RANDOM%"
dotnet build "%LIKELY_ROOT%src\Likely.Cli\Likely.Cli.csproj" -c Release -v quiet --nologo --disable-build-servers -clp:NoSummary >"%log%" 2>&1 <nul
if errorlevel 1 (
    type "%log%" 1>&2
    del "%log%"
    echo The build failed; the messages above say why. 1>&2
    exit /b 1
)
del "%log%"
echo built>"%stamp%"

:run
dotnet "%program%" %*
exit /b %ERRORLEVEL%
