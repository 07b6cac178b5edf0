namespace Likely.Cli;
static class BenchVerb { public static Verb Create() => new("bench", "Speed", ["bench"], [], (_, _) => 0); }
