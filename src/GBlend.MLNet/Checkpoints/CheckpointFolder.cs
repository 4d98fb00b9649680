using System.Diagnostics;
using System.Text.Json.Nodes;

namespace GBlend.MLNet;

/// <summary>
/// The folder of one training's checkpoint: <c>checkpoint.json</c> says what it is of, where it stands, and which other files belong to it, with the
/// SHA-256 of each. Files get new names, and then the new <c>checkpoint.json</c> takes the place of the old one, so that at any moment one whole
/// checkpoint is there. A lock keeps other fits out until this is disposed; a process that is killed leaves no lock behind.
/// </summary>
internal sealed class CheckpointFolder : IDisposable
{
    private const string ManifestName = "checkpoint.json", LockName = "checkpoint.lock", Prefix = "checkpoint-", Unfinished = ".tmp";

    private readonly string _path;
    private readonly TimeSpan _interval;
    private readonly FileStream _lock;
    private readonly Stopwatch _sinceWritten = Stopwatch.StartNew();
    private readonly Dictionary<string, (long? Version, CheckpointFile File)> _files = [];
    private readonly CheckpointManifest? _found;
    private IReadOnlyDictionary<string, string> _identity = new Dictionary<string, string>();
    private int _number;

    /// <summary>Opens a folder, which is made where there is none, and reads what its checkpoint says of itself.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="interval">The least time between two checkpoints.</param>
    /// <exception cref="IOException">The path is that of a file, another fit has the folder, or it can't be written.</exception>
    /// <exception cref="InvalidDataException">The checkpoint is truncated, altered or of a newer version.</exception>
    internal CheckpointFolder(string path, TimeSpan interval)
    {
        (_path, _interval) = (path, interval);
        _lock = Lock(path);
        try
        {
            string manifest = Path.Combine(path, ManifestName);
            _found = File.Exists(manifest) ? CheckpointManifest.Read(manifest) : null;
            foreach (var (name, file) in _found?.Files ?? new Dictionary<string, CheckpointFile>())
                _files.Add(name, (null, file));
            _number = _found?.Number ?? 0;
        }
        catch
        {
            _lock.Dispose();
            throw;
        }
    }

    /// <summary>The seed of the training that is there; <see langword="null"/> where there is none.</summary>
    internal int? Seed => _found?.Seed;

    /// <summary>Where the training that is there stands; <see langword="null"/> where there is none.</summary>
    internal JsonObject? Values => _found?.Values;

    /// <summary>Whether that training is over, and its model is there.</summary>
    internal bool IsFinished => _found?.IsFinished == true;

    /// <summary>Whether it is time for another checkpoint. Within an epoch that takes longer: an epoch's end is the better moment.</summary>
    internal bool IsDue(bool isInEpoch) => _sinceWritten.Elapsed >= (isInEpoch ? 2 * _interval : _interval);

    /// <summary>Says what is trained here, and refuses another training than the one that the checkpoint is of.</summary>
    /// <exception cref="InvalidOperationException">It is another one; the message names the differences.</exception>
    internal void Expect(IReadOnlyDictionary<string, string> identity)
    {
        _identity = identity;
        if (_found is not null && Difference.Describe(_found.Identity, identity) is { } difference)
        {
            throw new InvalidOperationException($"The checkpoint in CheckpointFolder '{_path}' is of another training: {difference}. "
                + "Make both alike to go on from it, name another folder, or delete this one to begin again.");
        }
    }

    /// <summary>The content of a file of the checkpoint.</summary>
    /// <exception cref="InvalidDataException">It is missing, truncated or altered.</exception>
    internal byte[] Read(string name) => _files.TryGetValue(name, out var file)
        ? file.File.Read(_path)
        : throw new InvalidDataException($"The checkpoint in '{_path}' has no '{name}'. {CheckpointManifest.Remedy}");

    /// <summary>The tensors in a file of the checkpoint.</summary>
    /// <exception cref="InvalidDataException">It is missing, truncated or altered.</exception>
    internal StateDict ReadTensors(string name)
    {
        byte[] content = Read(name);
        return Safetensors.Read(content, new MemoryBudget(content.Length));
    }

    /// <summary>Whether the checkpoint has such a file.</summary>
    internal bool Has(string name) => _files.ContainsKey(name);

    /// <summary>Writes a checkpoint in place of the one before.</summary>
    /// <param name="checkpoint">What is written.</param>
    /// <param name="isFinished">Whether it is the model of a training that is over.</param>
    /// <exception cref="IOException">It can't be written; the one before is still there.</exception>
    internal void Write(Checkpoint checkpoint, bool isFinished = false)
    {
        try
        {
            _number++;
            foreach (var part in checkpoint.Parts)
            {
                if (!_files.TryGetValue(part.Name, out var file) || file.Version != part.Version)
                    _files[part.Name] = (part.Version, CheckpointFile.Write(_path, $"{Prefix}{_number}-{part.Name}", part.Write));
            }
            foreach (string name in _files.Keys.Except(checkpoint.Parts.Select(part => part.Name)).ToArray())
                _files.Remove(name);
            var files = _files.ToDictionary(f => f.Key, f => f.Value.File);
            new CheckpointManifest(checkpoint.Seed, _number, isFinished, _identity, files, checkpoint.Values).Write(Path.Combine(_path, ManifestName));
            DeleteOthers();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"A checkpoint can't be written to CheckpointFolder '{_path}': {e.Message} "
                + "The last one that was written is whole: make room or give access, and fit again to go on from it.", e);
        }
        _sinceWritten.Restart();
    }

    public void Dispose() => _lock.Dispose();

    /// <summary>Removes the files of checkpoints before, and what a process that was killed left.</summary>
    private void DeleteOthers()
    {
        var kept = _files.Values.Select(f => f.File.Name).ToHashSet();
        foreach (string file in Directory.EnumerateFiles(_path, "checkpoint*"))
        {
            string name = Path.GetFileName(file);
            if ((name.StartsWith(Prefix, StringComparison.Ordinal) && !kept.Contains(name)) || name.EndsWith(Unfinished, StringComparison.Ordinal))
                File.Delete(file);
        }
    }

    private static FileStream Lock(string path)
    {
        if (File.Exists(path))
            throw new IOException($"The CheckpointFolder '{path}' is a file. Name a folder; it is made where there is none.");
        try
        {
            Directory.CreateDirectory(path);
            return new FileStream(Path.Combine(path, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        }
        catch (IOException e) when (IsInUse(e))
        {
            throw new IOException($"The CheckpointFolder '{path}' is in use by another fit, in this process or another one. Name another folder, or "
                + "wait for its end.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"The CheckpointFolder '{path}' can't be written: {e.Message} Name a folder that this process may write to.", e);
        }
    }

    /// <summary>What Windows and Unix say of a file that is locked.</summary>
    private static bool IsInUse(IOException e) => e is not (DirectoryNotFoundException or PathTooLongException) && (e.HResult & 0xFFFF) is 32 or 33 or 11 or 35;
}
