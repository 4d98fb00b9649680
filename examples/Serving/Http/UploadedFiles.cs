namespace Serving;

/// <summary>The files of a form, in a folder of their own that nobody else may read and that goes with the request.</summary>
internal sealed class UploadedFiles : IDisposable
{
    private readonly Dictionary<(int Row, string Column), (string Path, string Name)> _files = [];
    private string? _folder;

    /// <summary>Takes the files of a form. A part has its column's name, after the number of the row and a dot where a request has several rows.</summary>
    /// <exception cref="BadRowException">A part is of no column that takes files, or comes twice.</exception>
    public async Task Take(IFormFileCollection parts, ServedModel model, CancellationToken cancellation)
    {
        foreach (var part in parts)
        {
            var (row, name) = Split(part.Name, model);
            if (!model.Inputs.Any(column => column.Name == name && (column.IsFile || column.IsBytes)))
            {
                throw new BadRowException($"The part '{part.Name}' is a file, but the model has no such column of files. It has "
                    + $"{string.Join(", ", model.Inputs.Where(c => c.IsFile || c.IsBytes).Select(c => $"'{c.Name}'").DefaultIfEmpty("none"))}.");
            }
            _folder ??= Directory.CreateTempSubdirectory("gblend-serving-").FullName;
            // The name that the caller gave is shown and not used: what a file is, its content says.
            string path = Path.Combine(_folder, _files.Count.ToString(System.Globalization.CultureInfo.InvariantCulture));
            if (!_files.TryAdd((row, name), (path, part.FileName)))
                throw new BadRowException($"The part '{part.Name}' comes twice.");
            await using var stream = new FileStream(path, FileMode.CreateNew);
            await part.CopyToAsync(stream, cancellation);
        }
    }

    /// <summary>The number of rows that the names of the parts speak of.</summary>
    public int Rows => _files.Count == 0 ? 0 : _files.Keys.Max(key => key.Row) + 1;

    /// <summary>The file of a column of a row: its path, or its bytes; <see langword="null"/> for none.</summary>
    public object? Of(int row, InputColumn column) => !_files.TryGetValue((row, column.Name), out var file) ? null
        : column.IsBytes ? File.ReadAllBytes(file.Path) : file.Path.AsMemory();

    /// <summary>Puts the names that callers gave in place of paths of the server.</summary>
    public string Hide(string message) =>
        _files.Values.OrderByDescending(file => file.Path.Length)
            .Aggregate(message, (text, file) => text.Replace(file.Path, file.Name, StringComparison.Ordinal));

    public void Dispose()
    {
        if (_folder is not null)
            Directory.Delete(_folder, recursive: true);
    }

    private static (int, string) Split(string part, ServedModel model) =>
        model.Inputs.All(column => column.Name != part) && part.IndexOf('.') is > 0 and var dot
            && int.TryParse(part[..dot], System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int row)
            ? (row, part[(dot + 1)..]) : (0, part);
}
