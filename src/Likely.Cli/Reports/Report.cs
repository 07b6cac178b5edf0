using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text;

namespace Likely.Cli;

/// <summary>
/// One self-contained HTML page: text, tables, pictures and curves, in the order they are added.
/// Nothing is loaded from outside (pictures are data URIs, curves inline SVG, no script), all text is escaped, and the
/// page follows the reader's choice of light or dark. Equal calls give equal bytes.
/// </summary>
sealed class Report(string title, string subtitle = "")
{
    const int ColumnPixels = 720;

    // Colours of the curves: told apart with the usual kinds of colour blindness, on light and on dark.
    const string Style = """
        :root { color-scheme: light dark; --paper: #fdfdfc; --ink: #1d1f23; --soft: #666b75; --line: #e2e3e6; --panel: #f4f4f2;
          --c0: #0066b3; --c1: #c8501a; --c2: #0a8a66; --c3: #a3478c; --c4: #8a6d00; --c5: #3f4a5a; }
        @media (prefers-color-scheme: dark) { :root { --paper: #16181c; --ink: #e6e7ea; --soft: #9aa0ab; --line: #30343b; --panel: #1f2227;
          --c0: #5db0f0; --c1: #f08c5a; --c2: #3fc79b; --c3: #dd86c8; --c4: #d9b93b; --c5: #b4bfd0; } }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--paper); color: var(--ink); font: 17px/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
        main { max-width: 768px; margin: 0 auto; padding: 56px 24px 96px; }
        h1 { font-size: 2.1rem; line-height: 1.15; letter-spacing: -0.02em; margin: 0; text-wrap: balance; }
        h2 { font-size: 1.3rem; line-height: 1.3; letter-spacing: -0.01em; margin: 2.6em 0 0.5em; }
        p { margin: 0 0 1em; max-width: 42em; }
        .subtitle { color: var(--soft); font-size: 1.05rem; margin: 0.5em 0 1.8em; }
        .facts { display: flex; flex-wrap: wrap; gap: 12px 40px; margin: 1.4em 0; padding: 16px 20px; background: var(--panel); border-radius: 10px; }
        .facts div { display: flex; flex-direction: column-reverse; }
        .facts dt { color: var(--soft); font-size: 0.8rem; }
        .facts dd { margin: 0; font-size: 1.35rem; font-weight: 600; line-height: 1.3; font-variant-numeric: tabular-nums; }
        figure { margin: 1.6em 0; }
        figure img { display: block; max-width: 100%; height: auto; image-rendering: pixelated; border-radius: 4px; }
        figure svg { display: block; width: 100%; height: auto; overflow: visible; }
        figcaption { color: var(--soft); font-size: 0.88rem; line-height: 1.5; margin-top: 0.7em; }
        figcaption.above { color: var(--ink); font-weight: 600; margin: 0 0 0.4em; }
        .scroll { overflow-x: auto; margin: 1.4em 0; }
        table { border-collapse: collapse; width: 100%; font-size: 0.92rem; }
        th, td { padding: 7px 16px 7px 0; text-align: left; border-bottom: 1px solid var(--line); vertical-align: top; }
        th { color: var(--soft); font-weight: 600; font-size: 0.82rem; }
        th:last-child, td:last-child { padding-right: 0; }
        .number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
        pre { background: var(--panel); border-radius: 8px; padding: 14px 18px; overflow-x: auto; font: 0.84rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
        .legend { display: flex; flex-wrap: wrap; gap: 2px 22px; font-size: 0.85rem; margin-bottom: 0.5em; }
        .legend i { display: inline-block; width: 16px; height: 4px; border-radius: 2px; margin-right: 8px; vertical-align: 0.25em; }
        svg text { fill: var(--soft); font-size: 12px; font-variant-numeric: tabular-nums; }
        svg .grid { stroke: var(--line); }
        svg .curve { fill: none; stroke-width: 1.75; stroke-linejoin: round; stroke-linecap: round; }
        @media (max-width: 560px) { svg text { font-size: 17px; } }
        @media print { main { padding: 0; } figure, table { break-inside: avoid; } }
        """;

    readonly StringBuilder _body = new();

    /// <summary>A section's heading.</summary>
    public Report Heading(string text) => Line($"<h2>{Escape(text)}</h2>");

    /// <summary>A paragraph of plain text.</summary>
    public Report Paragraph(string text) => Line($"<p>{Escape(text)}</p>");

    /// <summary>Text whose line breaks and spaces count: a command, or a drawn text.</summary>
    public Report Preformatted(string text) => Line($"<pre>{Escape(text)}</pre>");

    /// <summary>A row of the few numbers that matter most, each with its label.</summary>
    public Report Facts(params ReadOnlySpan<(string Label, string Value)> facts)
    {
        _body.Append("<dl class=\"facts\">");
        foreach (var (label, value) in facts) _body.Append($"<div><dt>{Escape(label)}</dt><dd>{Escape(value)}</dd></div>");
        return Line("</dl>");
    }

    /// <summary>A picture from the bytes of a PNG file, enlarged by the whole factor that fills the column, pixels kept sharp.</summary>
    public Report Image(byte[] png, string caption, string alt)
    {
        var size = "";
        if (png.Length >= 24)
        {
            var (width, height) = (BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16)), BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(20)));
            var factor = width > 0 ? Math.Clamp(ColumnPixels / width, 1, 8) : 1;
            if (width is > 0 and < 1 << 20 && height is > 0 and < 1 << 20) size = $" width=\"{width * factor}\" height=\"{height * factor}\"";
        }
        _body.Append($"<figure><img{size} alt=\"{Escape(alt)}\" src=\"data:image/png;base64,{Convert.ToBase64String(png)}\">");
        if (caption.Length > 0) _body.Append($"<figcaption>{Escape(caption)}</figcaption>");
        return Line("</figure>");
    }

    /// <summary>A table; columns that hold only numbers are set to the right. Throws ArgumentException if a row's length is not that of the headers.</summary>
    public Report Table(IReadOnlyList<string> headers, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        var classes = new string[headers.Count];
        for (var column = 0; column < headers.Count; column++)
        {
            var numeric = rows.Count > 0;
            foreach (var row in rows)
            {
                if (row.Count != headers.Count) throw new ArgumentException($"A row has {row.Count} cells where the table has {headers.Count} columns.");
                numeric &= IsNumber(row[column]);
            }
            classes[column] = numeric ? " class=\"number\"" : "";
        }
        _body.Append("<div class=\"scroll\"><table><thead><tr>");
        for (var column = 0; column < headers.Count; column++) _body.Append($"<th{classes[column]}>{Escape(headers[column])}</th>");
        _body.Append("</tr></thead><tbody>");
        foreach (var row in rows)
        {
            _body.Append("<tr>");
            for (var column = 0; column < headers.Count; column++) _body.Append($"<td{classes[column]}>{Escape(row[column])}</td>");
            _body.Append("</tr>\n");
        }
        return Line("</tbody></table></div>");
    }

    /// <summary>Curves over a common pair of axes; points that are not finite leave a gap.</summary>
    public Report Curve(string title, IReadOnlyList<(string Name, IReadOnlyList<(double X, double Y)> Points)> series, string xLabel, string yLabel) =>
        Line($"<figure><figcaption class=\"above\">{Escape(title)}</figcaption>{new CurveDrawing(series).ToHtml(title, xLabel, yLabel)}</figure>");

    /// <summary>Writes the page; throws <see cref="UsageException"/> if the file exists and may not be overwritten, or cannot be written.</summary>
    public void Write(string path, bool overwrite) =>
        AtomicFile.Write(path, overwrite, stream => stream.Write(Encoding.UTF8.GetBytes(ToString())));

    /// <summary>The page as HTML.</summary>
    public override string ToString() => $"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
        <title>{Escape(title)}</title>
        <style>
        {Style}
        </style>
        </head>
        <body>
        <main>
        <h1>{Escape(title)}</h1>
        <p class="subtitle">{Escape(subtitle)}</p>
        {_body}</main>
        </body>
        </html>

        """.ReplaceLineEndings("\n");

    internal static string Escape(string text) => WebUtility.HtmlEncode(text);

    // A figure may carry a unit sign, as in 12.5 % or 3x.
    static bool IsNumber(string cell) => cell.Length == 0 || cell is "-" or "–"
        || double.TryParse(cell.TrimEnd(' ', '%', 'x', '×'), NumberStyles.Float | NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out _);

    Report Line(string html)
    {
        _body.Append(html).Append('\n');
        return this;
    }
}
