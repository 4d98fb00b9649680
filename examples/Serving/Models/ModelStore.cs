namespace Serving;

/// <summary>The model that answers now. When its file is replaced, the new one takes its place, and the old one ends with its last request.</summary>
internal sealed class ModelStore : BackgroundService
{
    private readonly string _path;
    private readonly TimeSpan _lookEvery;
    private readonly ILogger<ModelStore> _log;
    private ServedModel _current;
    private (DateTime Time, long Length) _file;

    public ModelStore(ServingOptions options, ILogger<ModelStore> log)
    {
        (_path, _lookEvery, _log) = (options.ModelFile, options.LookEvery, log);
        _file = Look();
        _current = ServedModel.Load(_path);
        Loaded = DateTime.UtcNow;
    }

    /// <summary>When the model was loaded.</summary>
    public DateTime Loaded { get; private set; }

    /// <summary>How often a model has taken another's place.</summary>
    public int Reloads { get; private set; }

    /// <summary>Why the file could not be loaded when it was last replaced; the model before it goes on answering.</summary>
    public string? LastProblem { get; private set; }

    /// <summary>The model, for one use, which the caller ends.</summary>
    public ServedModel Use()
    {
        while (true)
        {
            var model = Volatile.Read(ref _current);
            if (model.TryUse())
                return model;
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _current.EndUse();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(_lookEvery);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                LookForAnother();
        }
        catch (OperationCanceledException)
        {
            // The server ends.
        }
    }

    private void LookForAnother()
    {
        try
        {
            var file = Look();
            if (file == _file)
                return;
            _file = file;
            var next = ServedModel.Load(_path);
            Interlocked.Exchange(ref _current, next).EndUse();
            (Loaded, LastProblem) = (DateTime.UtcNow, null);
            Reloads++;
            _log.LogInformation("Another model answers now: {Path}", _path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            LastProblem = e.Message;
            _log.LogError("The model file was replaced by one that can't be loaded; the model before it goes on answering. {Message}", e.Message);
        }
    }

    private (DateTime, long) Look() => new FileInfo(_path) is { Exists: true } file ? (file.LastWriteTimeUtc, file.Length)
        : throw new FileNotFoundException($"There is no model file '{_path}'.", _path);
}
