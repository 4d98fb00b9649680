using GBlend.MLNet;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioVisual;

/// <summary>The rows of the manifest with their media as vectors: decoded once, however often they are read.</summary>
internal sealed class MediaTables
{
    private readonly MLContext _ml;
    private readonly MediaPlan _plan;
    private readonly Manifest _manifest;
    private readonly MediaCache _cache;
    private readonly ITransformer _trainingLoader;

    public MediaTables(MLContext ml, Manifest manifest, MediaPlan plan, CommandLine line)
    {
        (_ml, _manifest, _plan) = (ml, manifest, plan);
        _cache = line.CacheFolder is { } folder ? MediaCache.InFolder(folder) : MediaCache.InMemory(4096);
        RawTest = ml.Data.LoadFromEnumerable(manifest.TestRows);
        // The network trains on complete rows only; with "missing", rows to score may lack a modality.
        // A vocabulary is learned from rows that are trained on.
        var trained = ml.Data.LoadFromEnumerable(manifest.TrainingRows.Where(r => !r.IsHeldOut));
        _trainingLoader = Loader(line.OnBadMedia == OnBadMedia.Missing ? OnBadMedia.Skip : line.OnBadMedia).Fit(trained);
        TestLoader = Loader(line.OnBadMedia).Fit(trained);
        Training = _trainingLoader.Transform(ml.Data.LoadFromEnumerable(manifest.TrainingRows));
        Test = TestLoader.Transform(RawTest);
    }

    /// <summary>What a saved model begins with: it reads paths.</summary>
    public ITransformer TestLoader { get; }

    public IDataView RawTest { get; }

    public IDataView Training { get; }

    public IDataView Test { get; }

    /// <summary>Decodes everything.</summary>
    /// <param name="report">Called with the number of rows that are done.</param>
    /// <param name="cancelled">Stops between rows.</param>
    /// <exception cref="UserErrorException">A file is bad and must not be, or a library is missing.</exception>
    public MediaCounts Decode(Action<int> report, CancellationToken cancelled)
    {
        var counts = new MediaCounts(_plan);
        int done = 0;
        foreach (var (view, isTraining) in new[] { (Training, true), (Test, false) })
        {
            var columns = view.Schema.Where(c => _plan.Modalities.Contains(c.Name)
                || c.Name is nameof(MediaRow.VideoPath) or nameof(MediaRow.AudioPath) or nameof(MediaRow.IsHeldOut)).ToList();
            try
            {
                Task[] tasks = [.. view.GetRowCursorSet(columns, Environment.ProcessorCount).Select(cursor => Task.Run(() =>
                {
                    using (cursor)
                    {
                        var read = counts.Reader(cursor, isTraining);
                        while (cursor.MoveNext())
                        {
                            cancelled.ThrowIfCancellationRequested();
                            read();
                            report(Interlocked.Increment(ref done));
                        }
                    }
                }, CancellationToken.None))];
                Task.WaitAll(tasks, CancellationToken.None);
            }
            catch (AggregateException e) when (e.Flatten().InnerExceptions is var problems)
            {
                cancelled.ThrowIfCancellationRequested();
                throw new UserErrorException(Remedy(problems[0].GetBaseException()));
            }
        }
        counts.Bad = [.. BadFiles(_trainingLoader), .. BadFiles(TestLoader)];
        return counts;
    }

    private string Remedy(Exception problem) => problem.Message + (problem is not InvalidDataException ? ""
        : " (Here the option is --on-bad-media skip or missing" + (_plan.LogMel?.AlignWith is null ? ".)" : "; videos without sound need --no-sound.)"));

    private static IEnumerable<BadMediaFile> BadFiles(ITransformer loader) =>
        ((IEnumerable<ITransformer>)loader).OfType<MediaTransformer>().SelectMany(t => t.BadFiles);

    private EstimatorChain<ITransformer> Loader(OnBadMedia onBadMedia)
    {
        var chain = new EstimatorChain<ITransformer>();
        if (_plan.Clip is { } clip)
        {
            (clip.Cache, clip.OnBadMedia) = (_cache, onBadMedia);
            chain = chain.Append<ITransformer>(_ml.Transforms.LoadVideoClip(MediaPlan.Video, nameof(MediaRow.VideoPath), clip));
        }
        if (_plan.LogMel is { } logMel)
        {
            (logMel.Cache, logMel.OnBadMedia) = (_cache, onBadMedia);
            chain = chain.Append<ITransformer>(
                _ml.Transforms.LoadAudioLogMel(MediaPlan.Audio, _manifest.HasAudio ? nameof(MediaRow.AudioPath) : nameof(MediaRow.VideoPath), logMel));
        }
        if (_plan.Image is { } image)
        {
            (image.Cache, image.OnBadMedia) = (_cache, onBadMedia);
            chain = chain.Append<ITransformer>(_ml.Transforms.LoadImage(MediaPlan.Picture, nameof(MediaRow.ImagePath), image));
        }
        if (_plan.Tokens is { } tokens)
            chain = chain.Append<ITransformer>(_ml.Transforms.TokenIds(MediaPlan.Text, nameof(MediaRow.Words), tokens));
        return chain;
    }
}
