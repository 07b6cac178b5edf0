namespace Likely.Cli;
static class DemoVerb { public static Verb Create() => new("demo", "Demo", ["demo"], [], (_, _) => 0); }
