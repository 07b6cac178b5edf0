using System.Text;
using System.Text.Json;
using Likely.Files;

namespace Likely.Cli;

/// <summary>
/// A run's measurements in metrics.jsonl: one JSON object per line, "step" first, keys in snake_case, numbers written so
/// that they read back exactly; values that are not finite become null. A line is handed to the system as soon as it is
/// complete. After a crash the last line may be cut; opening the file drops it, so that a resumed run goes on cleanly.
/// </summary>
sealed class MetricsWriter : IDisposable
{
    readonly string _path;
    FileStream _stream;

    /// <summary>Opens the file for appending, creating it and its folder; throws <see cref="UsageException"/> if it cannot be written.</summary>
    public MetricsWriter(string path)
    {
        _path = path;
        _stream = Guard(() =>
        {
            if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder) Directory.CreateDirectory(folder);
            return Open();
        });
    }

    /// <summary>Appends one line of numbers.</summary>
    public void Write(long step, params ReadOnlySpan<(string Key, double Value)> values)
    {
        var copy = values.ToArray();
        Write(step, json =>
        {
            foreach (var (key, value) in copy)
            {
                RequireSnakeCase(key);
                if (double.IsFinite(value)) json.WriteNumber(key, value);
                else json.WriteNull(key);
            }
        });
    }

    /// <summary>Appends one line whose fields after "step" the caller writes.</summary>
    public void Write(long step, Action<Utf8JsonWriter> fields)
    {
        using var line = new MemoryStream();
        using (var json = new Utf8JsonWriter(line))
        {
            json.WriteStartObject();
            json.WriteNumber("step", step);
            fields(json);
            json.WriteEndObject();
        }
        line.WriteByte((byte)'\n');
        Guard(() =>
        {
            _stream.Write(line.GetBuffer(), 0, (int)line.Length);
            _stream.Flush();
            return true;
        });
    }

    /// <summary>Drops the lines of steps after this one, for a run that goes back to a checkpoint; lines without a step stay.</summary>
    public void TruncateAfterStep(long step)
    {
        Guard(() =>
        {
            _stream.Dispose();
            try
            {
                var kept = new List<string>();
                foreach (var line in File.ReadLines(_path, Encoding.UTF8))
                    if (Keeps(line, step)) kept.Add(line);
                AtomicFile.Write(_path, overwrite: true, stream =>
                {
                    foreach (var line in kept) stream.Write(Encoding.UTF8.GetBytes(line + "\n"));
                });
            }
            finally
            {
                _stream = Open();
            }
            return true;
        });
    }

    public void Dispose() => _stream.Dispose();

    FileStream Open()
    {
        RegularFile.Require(_path);
        var stream = new FileStream(_path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        try
        {
            stream.SetLength(EndOfLastLine(stream));
            stream.Seek(0, SeekOrigin.End);
            return stream;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    static long EndOfLastLine(FileStream stream)
    {
        var block = new byte[4096];
        for (var end = stream.Length; end > 0;)
        {
            var start = Math.Max(0, end - block.Length);
            stream.Position = start;
            stream.ReadExactly(block, 0, (int)(end - start));
            var last = Array.LastIndexOf(block, (byte)'\n', (int)(end - start) - 1);
            if (last >= 0) return start + last + 1;
            end = start;
        }
        return 0;
    }

    static bool Keeps(string line, long step)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && (!document.RootElement.TryGetProperty("step", out var value) || (value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var own) && own <= step));
        }
        catch (JsonException)
        {
            return false;
        }
    }

    static void RequireSnakeCase(string key)
    {
        var valid = key.Length > 0 && key != "step";
        foreach (var c in key) valid &= char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_';
        if (!valid) throw new ArgumentException($"The metric's key '{key}' is not free or not in snake_case.");
    }

    T Guard<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw AtomicFile.Explain(_path, fault);
        }
    }
}
