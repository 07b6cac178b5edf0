using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;
using NpgsqlTypes;

namespace Likely.Postgres;

/// <summary>What the comment of a table says by which it is known: that it is an index's, which one's, and of how many codes of how many bits. Nothing without one is replaced or dropped.</summary>
sealed partial record TableMark(string Identity, int Bits, int Count)
{
    public static TableMark Of(IndexDescription description) => new(description.ServerIdentity, description.Bits, description.Count);

    /// <summary>The mark of a table: null if it has none; and whether there is such a table.</summary>
    public static (bool Exists, TableMark? Mark) Read(NpgsqlConnection open, NpgsqlTransaction? transaction, string table)
    {
        using var command = new NpgsqlCommand("select to_regclass($1) is not null, obj_description(to_regclass($1)::oid, 'pg_class')", open, transaction) { Parameters = { new() { Value = PostgresServer.Quote(table), NpgsqlDbType = NpgsqlDbType.Text } } };
        using var reader = command.ExecuteReader();
        reader.Read();
        var match = reader.IsDBNull(1) ? Match.Empty : Form().Match(reader.GetString(1));
        return (reader.GetBoolean(0), match.Success ? new TableMark(match.Groups[1].Value, Number(3), Number(2)) : null);

        int Number(int group) => int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"likely index {Identity}, {Count} codes of {Bits} bits");

    [GeneratedRegex("^likely index ([0-9a-f]{64}), ([0-9]{1,9}) codes of ([0-9]{1,4}) bits$", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
