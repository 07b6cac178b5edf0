using Xunit;

namespace Likely.Tests.Postgres;

/// <summary>A test with a PostgreSQL server that it starts itself; skipped with the reason where there is none.</summary>
public sealed class PostgresFactAttribute : FactAttribute
{
    public PostgresFactAttribute()
    {
        if (TestServer.WhyNot is { } reason) Skip = reason;
    }
}
