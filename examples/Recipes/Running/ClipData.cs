using GBlend.MLNet;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Recipes;

/// <summary>The clips of videos, one row each, decoded once into a cache.</summary>
internal sealed class ClipData
{
    private readonly MLContext _ml;
    private readonly Recipe _recipe;
    private readonly IReadOnlyList<VideoItem> _items;
    private readonly IDataView _media;
    private readonly TransformerChain<ITransformer> _steps;
    private readonly CancellationToken _cancelled;

    /// <param name="ml">The context.</param>
    /// <param name="recipe">Says how large clips are and which modalities are read.</param>
    /// <param name="items">The videos.</param>
    /// <param name="clips">Clips of each.</param>
    /// <param name="position">Where they are taken.</param>
    /// <param name="cache">Keeps what was decoded.</param>
    /// <param name="cancelled">Stops reading.</param>
    public ClipData(
        MLContext ml, Recipe recipe, IReadOnlyList<VideoItem> items, int clips, ClipPosition position, MediaCache cache, CancellationToken cancelled)
    {
        (_ml, _recipe, _items, _cancelled) = (ml, recipe, items, cancelled);
        var files = ml.Data.LoadFromEnumerable(items.Select((item, i) => new FileRow { Item = i, Path = item.File }));
        VideoClipOptions clip = new()
        {
            FrameCount = recipe.Clip.Frames,
            FrameStride = recipe.Clip.Stride,
            ClipsPerVideo = clips,
            Position = position,
            Seed = recipe.Training.Seed,
            Height = recipe.Clip.ShortSide,
            Width = recipe.Clip.KeptWidth(),
            ShortSide = recipe.Clip.ShortSide,
            OnBadMedia = OnBadMedia.Skip,
            Cache = cache,
        };
        var steps = new EstimatorChain<ITransformer>();
        if (recipe.Modalities.Any(m => m != Networks.Sound))
            steps = steps.Append((IEstimator<ITransformer>)ml.Transforms.LoadVideoClip(Networks.Rgb, nameof(FileRow.Path), clip));
        if (recipe.Modalities.Contains(Networks.Flow))
            steps = steps.Append(
                (IEstimator<ITransformer>)ml.Transforms.OpticalFlow(Networks.Flow, Networks.Rgb, new() { KeepFrameCount = true, Cache = cache }));
        if (recipe.Modalities.Contains(Networks.Sound))
        {
            steps = steps.Append((IEstimator<ITransformer>)ml.Transforms.LoadAudioLogMel(Networks.Sound, nameof(FileRow.Path), new()
            {
                FrameCount = Networks.SoundFrames,
                AlignWith = clip,
                OnBadMedia = OnBadMedia.Skip,
                Cache = cache,
            }));
        }
        _steps = steps.Fit(files);
        _media = _steps.Transform(files);
    }

    /// <summary>Files that could not be used in what was read.</summary>
    public IReadOnlyList<BadMediaFile> BadFiles => [.. _steps.OfType<MediaTransformer>().SelectMany(s => s.BadFiles).DistinctBy(f => f.File)];

    /// <summary>Decodes everything, on all processors, so that fits and tests read the cache.</summary>
    /// <param name="done">Told after each video.</param>
    public void Decode(Action done)
    {
        var columns = _recipe.Modalities.Select(m => _media.Schema[m]).ToList();
        Parallel.ForEach(_media.GetRowCursorSet(columns, Environment.ProcessorCount),
            new() { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = _cancelled }, cursor =>
        {
            using (cursor)
            {
                Action[] read = [.. columns.Select(c => c.Name == Networks.Sound ? Reader<float>(cursor, c) : Reader<byte>(cursor, c))];
                while (cursor.MoveNext())
                {
                    _cancelled.ThrowIfCancellationRequested();
                    Array.ForEach(read, r => r());
                    done();
                }
            }
        });
    }

    /// <summary>One row a clip.</summary>
    /// <param name="target">Which of the set's targets.</param>
    /// <param name="classes">Its classes.</param>
    /// <param name="isMultiLabel">A vector of labels, and not a class.</param>
    /// <param name="modalities">Those to give.</param>
    /// <param name="keep">The videos to give.</param>
    public IDataView Rows(int target, int classes, bool isMultiLabel, IReadOnlyList<string> modalities, Func<VideoItem, bool> keep)
    {
        var schema = SchemaDefinition.Create(typeof(ClipRow));
        foreach (string modality in (string[])[Networks.Rgb, Networks.Flow, Networks.Sound])
        {
            var column = schema.Single(c => c.ColumnName == modality);
            if (modalities.Contains(modality))
                column.ColumnType = ClipType((VectorDataViewType)_media.Schema[modality].Type, modality);
            else
                schema.Remove(column);
        }
        if (isMultiLabel)
        {
            schema.Remove(schema.Single(c => c.ColumnName == ClipRow.ClassColumn));
            schema[ClipRow.LabelsColumn].ColumnType = new VectorDataViewType(NumberDataViewType.Single, classes);
        }
        else
        {
            schema.Remove(schema.Single(c => c.ColumnName == ClipRow.LabelsColumn));
            schema[ClipRow.ClassColumn].ColumnType = new KeyDataViewType(typeof(uint), classes);
        }
        return _ml.Data.LoadFromEnumerable(Read(target, isMultiLabel ? classes : 0, modalities, keep), schema);
    }

    private IEnumerable<ClipRow> Read(int target, int labels, IReadOnlyList<string> modalities, Func<VideoItem, bool> keep)
    {
        var columns = modalities.Select(m => _media.Schema[m]).Append(_media.Schema[nameof(FileRow.Item)]);
        using var cursor = _media.GetRowCursor(columns);
        var item = cursor.GetGetter<int>(_media.Schema[nameof(FileRow.Item)]);
        var rgb = modalities.Contains(Networks.Rgb) ? cursor.GetGetter<VBuffer<byte>>(_media.Schema[Networks.Rgb]) : null;
        var flow = modalities.Contains(Networks.Flow) ? cursor.GetGetter<VBuffer<byte>>(_media.Schema[Networks.Flow]) : null;
        var sound = modalities.Contains(Networks.Sound) ? cursor.GetGetter<VBuffer<float>>(_media.Schema[Networks.Sound]) : null;
        VBuffer<byte> rgbValues = default, flowValues = default;
        VBuffer<float> soundValues = default;
        int place = 0;
        while (cursor.MoveNext())
        {
            _cancelled.ThrowIfCancellationRequested();
            item(ref place);
            var video = _items[place];
            if (!keep(video))
                continue;
            rgb?.Invoke(ref rgbValues);
            flow?.Invoke(ref flowValues);
            sound?.Invoke(ref soundValues);
            int clips = rgb is not null ? Count(rgbValues.Length, Networks.Rgb) : flow is not null ? Count(flowValues.Length, Networks.Flow)
                : Count(soundValues.Length, Networks.Sound);
            for (int clip = 0; clip < clips; clip++)
            {
                yield return new ClipRow
                {
                    Id = video.Id,
                    Group = video.Group,
                    Class = (uint)video.Labels[target][0],
                    Labels = [.. Enumerable.Range(0, labels).Select(l => video.Labels[target].Contains(l) ? 1f : 0)],
                    Rgb = rgb is null ? [] : Part(rgbValues, clip, clips),
                    Flow = flow is null ? [] : Part(flowValues, clip, clips),
                    Sound = sound is null ? [] : Part(soundValues, clip, clips),
                };
            }
        }

        int Count(int length, string modality) => length / ClipType((VectorDataViewType)_media.Schema[modality].Type, modality).Size;
    }

    private static T[] Part<T>(in VBuffer<T> values, int clip, int clips)
    {
        int size = values.Length / clips;
        // Log-mel rows come dense; a sparse one is spread out.
        return values.IsDense ? values.GetValues().Slice(clip * size, size).ToArray() : values.DenseValues().Skip(clip * size).Take(size).ToArray();
    }

    /// <summary>The type without the dimension of clips.</summary>
    private static VectorDataViewType ClipType(VectorDataViewType type, string modality)
    {
        int rank = modality == Networks.Sound ? 2 : 4;
        return new VectorDataViewType((PrimitiveDataViewType)type.ItemType, type.Dimensions.TakeLast(rank).ToArray());
    }

    private static Action Reader<T>(DataViewRow row, DataViewSchema.Column column)
    {
        var getter = row.GetGetter<VBuffer<T>>(column);
        VBuffer<T> values = default;
        return () => getter(ref values);
    }
}
