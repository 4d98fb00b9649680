namespace Recipes;

/// <summary>The video files below a folder, by their names: whatever folders people sorted them into.</summary>
internal sealed class VideoFolder
{
    private static readonly HashSet<string> s_extensions = new(
        [".mp4", ".mkv", ".webm", ".avi", ".mov", ".m4v", ".flv", ".mpg", ".mpeg", ".ts", ".wmv", ".3gp"], StringComparer.OrdinalIgnoreCase);

    private readonly Dictionary<string, string> _byName = new(StringComparer.Ordinal);

    /// <summary>Walks through the folder. Of files of one name the first in ordinal order is taken.</summary>
    /// <param name="folder">The folder; none is as good as an empty one.</param>
    /// <param name="cancelled">Stops the walk.</param>
    public VideoFolder(string folder, CancellationToken cancelled = default)
    {
        if (!Directory.Exists(folder))
            return;
        foreach (string file in Directory.EnumerateFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true }))
        {
            cancelled.ThrowIfCancellationRequested();
            if (!s_extensions.Contains(Path.GetExtension(file)))
                continue;
            string name = Path.GetFileNameWithoutExtension(file);
            if (!_byName.TryGetValue(name, out string? known) || string.CompareOrdinal(file, known) < 0)
                _byName[name] = file;
        }
    }

    public int Count => _byName.Count;

    /// <summary>The first of several names under which there is a file; <see langword="null"/> when there is none.</summary>
    public string? Find(params IEnumerable<string> names)
    {
        foreach (string name in names)
        {
            if (_byName.TryGetValue(name, out string? file))
                return file;
        }
        return null;
    }
}
