using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;
using Microsoft.ML.Transforms.Text;

namespace GBlend.MLNet.Tables;

/// <summary>What is made of a table: the steps that turn its columns into modalities, the modalities, and the label.</summary>
internal sealed class TablePlan
{
    /// <summary>The column of the label as the trainer reads it.</summary>
    internal const string Label = "TrainerLabel";

    /// <summary>The column of the predicted class as a key, which metrics read.</summary>
    internal const string PredictedKey = "PredictedKey";

    private const string Numbers = "Numbers";

    /// <summary>Numbers in texts: ML.NET's conversion takes an empty text for 0.</summary>
    private const string ReadNumber = "(x) => single(len(x) == 0 ? \"NaN\" : x)";

    /// <summary>Days from ticks, of which a date that is missing or can't be read has none.</summary>
    private const string ReadDays = "(x) => x <= 0 ? single(\"NaN\") : single(x / 864000000000 - 730000)";

    /// <summary>Numbers of text features, all rows together, above which fewer n-grams are counted.</summary>
    private const long MostTextNumbers = 50_000_000;

    private const int MostNgrams = 3000, FewestNgrams = 100, ClipSide = 56, ClipFrames = 8;

    /// <summary>With less time than this, pictures are seen at half the size, which takes a quarter of the time.</summary>
    private static readonly TimeSpan s_timeForPictures = TimeSpan.FromMinutes(10);

    private readonly MLContext _ml;
    private readonly MultiModalTable _table;
    private readonly int _pictureSide;
    private readonly List<PlanStep> _steps = [];
    private readonly List<Modality> _modalities = [];

    /// <summary>What becomes of rows to train on whose file is missing or damaged: where there is more than the file, they lack a modality.</summary>
    private OnBadMedia _badMedia = OnBadMedia.Skip;

    private TablePlan(MLContext ml, MultiModalTable table, TableColumn label, TableTask task, int pictureSide) =>
        (_ml, _table, LabelColumn, Task, _pictureSide) = (ml, table, label, task, pictureSide);

    internal TableColumn LabelColumn { get; }

    /// <summary>What a model of this plan reads.</summary>
    internal ReadColumns Reads { get; private set; } = null!;

    internal TableTask Task { get; }

    /// <summary>The step that makes the label.</summary>
    internal PlanStep LabelStep => _steps[0];

    /// <summary>The steps that make the modalities; those that open files come last.</summary>
    internal IEnumerable<PlanStep> FeatureSteps => _steps.Skip(1);

    internal IReadOnlyList<Modality> Modalities => _modalities;

    /// <summary>Whether rows may lack a modality.</summary>
    internal bool OpensFiles => _steps.Any(s => s.Scoring is not null);

    /// <param name="ml">The context.</param>
    /// <param name="table">The table.</param>
    /// <param name="label">The name of the label's column.</param>
    /// <param name="task">The task; <see langword="null"/> for the one that the label's values say.</param>
    /// <param name="notFeatures">Columns that are no features.</param>
    /// <param name="rows">The number of rows, if it is known.</param>
    /// <param name="time">The time that the fit may take; <see langword="null"/> without a limit.</param>
    /// <exception cref="ArgumentException">The label can't be learned, or no column is left to learn from.</exception>
    internal static TablePlan Create(
        MLContext ml, MultiModalTable table, string label, TableTask? task, IReadOnlyCollection<string> notFeatures, long? rows, TimeSpan? time)
    {
        var column = table.Column(label);
        var plan = new TablePlan(ml, table, column, task ?? TaskOf(table, column), time < s_timeForPictures ? 32 : 64);
        plan.AddLabel();
        TableColumn[] features = [.. table.Columns.Where(c => c.Name != label && !notFeatures.Contains(c.Name))];
        plan.AddNumbers([.. features.Where(c => c.Kind is ColumnKind.Number or ColumnKind.Category or ColumnKind.Date)]);
        foreach (var vector in features.Where(c => c.Kind == ColumnKind.Vector))
            plan.AddVector(vector);
        TableColumn[] texts = [.. features.Where(c => c.Kind == ColumnKind.Text)];
        foreach (var text in texts)
            plan.AddText(text, (int)Math.Clamp(MostTextNumbers / Math.Max(1, (rows ?? 10_000) * texts.Length), FewestNgrams, MostNgrams));
        TableColumn[] files = [.. features.Where(c => c.Kind is ColumnKind.Image or ColumnKind.Video or ColumnKind.Sound)];
        if (plan._modalities.Count + files.Length > 1)
            plan._badMedia = OnBadMedia.Missing;
        foreach (var media in files)
            plan.AddMedia(media);
        var schema = table.Data.Schema;
        plan.Reads = new([.. features.Where(c => c.Kind != ColumnKind.LeftOut).Select(c => schema[c.Name])], schema[label]);
        if (plan._modalities.Count == 0)
            throw new ArgumentException($"No column is left to learn from:\n{table}", nameof(table));
        return plan;
    }

    /// <summary>The options of the trainer, before anything is swept.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="samplingKey">The column whose rows of one value stay together, if any.</param>
    /// <param name="members">The members of the pool; <see langword="null"/> for the trees that there are.</param>
    internal GradientBlendingTrainer.Options TrainerOptions(int seed, string? samplingKey, IReadOnlyList<Member>? members)
    {
        var options = new GradientBlendingTrainer.Options
        {
            LabelColumnName = Label,
            Seed = seed,
            SamplingKeyColumnName = samplingKey,
        };
        foreach (var modality in _modalities)
            options.Modalities.Add(modality);
        bool hasVectors = _modalities.Any(m => m.Kind == ModalityKind.Vector);
        foreach (var member in members ?? (hasVectors ? TreeMembers.Find(Task, LabelColumn.Distinct) : []))
            options.Members.Add(member);
        if (OpensFiles && _modalities.Count > 1)
            options.MissingValues = MissingValues.LeaveOutModality;
        return options;
    }

    /// <summary>The rows that have a label.</summary>
    internal static IDataView WithLabels(MLContext ml, IDataView rows, TableTask task) =>
        task is TableTask.Multiclass or TableTask.Regression ? ml.Data.FilterRowsByMissingValues(rows, Label) : rows;

    private static TableTask TaskOf(MultiModalTable table, TableColumn label)
    {
        const int MostWholeClasses = 20;
        var type = table.Data.Schema[label.Name].Type;
        if (type is BooleanDataViewType)
            return TableTask.Binary;
        if (type is VectorDataViewType)
            return TableTask.MultiLabel;
        bool isNumber = label.Kind == ColumnKind.Number || (label.Kind == ColumnKind.LeftOut && label.Why == "a running number");
        return isNumber && !(label.IsWhole && label.Distinct <= MostWholeClasses) ? TableTask.Regression : TableTask.Multiclass;
    }

    private void Add(string code, IEstimator<ITransformer> estimator) => _steps.Add(new(code, estimator));

    private void AddLabel()
    {
        var (label, name) = (LabelColumn, LabelColumn.Name);
        if (_table.Data.Schema[name].Type is var type && type is not (TextDataViewType or NumberDataViewType or BooleanDataViewType or KeyDataViewType
            or VectorDataViewType { ItemType: NumberDataViewType or BooleanDataViewType, Size: > 0 }))
            throw new ArgumentException($"The label column '{name}' is of the type {type}, which is no label. Make it text or a number.", nameof(label));
        if (Task is TableTask.Multiclass or TableTask.Binary)
        {
            if (label.Distinct == 1)
                throw new ArgumentException($"The label column '{name}' has the same value in all rows, so that there is nothing to learn.", nameof(label));
            if (label.Kind != ColumnKind.Category && label.Distinct > 1 && label.Distinct == label.Values && label.Values > 2)
                throw new ArgumentException(
                    $"The label column '{name}' has a value of its own in each of {label.Values} rows, so that no class has two rows. Take "
                    + "another column, or set Task = TableTask.Regression if it is a number.", nameof(label));
        }
        switch (Task)
        {
            case TableTask.Multiclass:
                Add($"ml.Transforms.Conversion.MapValueToKey({Text(Label)}, {Text(name)})", _ml.Transforms.Conversion.MapValueToKey(Label, name));
                break;
            case TableTask.Binary when label.IsText:
                if (Labels().FirstOrDefault(v => !bool.TryParse(v, out _)) is { } other)
                    throw new ArgumentException($"The label column '{name}' has the value '{other}', but labels of TableTask.Binary are true or false in every "
                        + "row. Leave Task out: the values are then two classes.", nameof(label));
                Convert(name, Label, DataKind.Boolean);
                break;
            case TableTask.Regression when label.IsText:
                if (Labels().FirstOrDefault(v => !ColumnInference.IsMissing(v) && !ColumnInference.IsNumber(v)) is { } word)
                    throw new ArgumentException(
                        $"The label column '{name}' has the value '{word}', but labels of TableTask.Regression are numbers.", nameof(label));
                AddExpression(Label, ReadNumber, name);
                break;
            case TableTask.Regression:
                Convert(name, Label, DataKind.Single);
                break;
            default:
                Add($"ml.Transforms.CopyColumns({Text(Label)}, {Text(name)})", _ml.Transforms.CopyColumns(Label, name));
                break;
        }
    }

    private IEnumerable<string> Labels() => _table.Data.GetColumn<ReadOnlyMemory<char>>(LabelColumn.Name).Select(v => v.ToString());

    private void Convert(string from, string to, DataKind kind) => Add(
        $"ml.Transforms.Conversion.ConvertType({Text(to)}, {Text(from)}, DataKind.{kind})", _ml.Transforms.Conversion.ConvertType(to, from, kind));

    /// <summary>Numbers, dates and categories together are one modality.</summary>
    private void AddNumbers(TableColumn[] columns)
    {
        if (columns.Length == 0)
            return;
        var parts = new List<string>();
        TableColumn[] categories = [.. columns.Where(c => c.Kind == ColumnKind.Category)];
        if (categories.Length > 0)
        {
            string most = ColumnInference.MostCategories.ToString(CultureInfo.InvariantCulture);
            var (pairs, code) = Pairs(categories, Part);
            Add($"ml.Transforms.Categorical.OneHotEncoding({code}, maximumNumberOfKeys: {most})",
                _ml.Transforms.Categorical.OneHotEncoding(pairs, maximumNumberOfKeys: ColumnInference.MostCategories));
            parts.AddRange(categories.Select(Part));
        }
        foreach (var group in columns.Except(categories).GroupBy(c => c.Missing > 0))
            AddMeasures([.. group], $"{Numbers}.{(group.Key ? "WithMissing" : "Complete")}", group.Key, parts);
        Concatenate(Numbers, parts);
        Add($"ml.Transforms.NormalizeMeanVariance({Text(Numbers)}, fixZero: false)", _ml.Transforms.NormalizeMeanVariance(Numbers, fixZero: false));
        _modalities.Add(Modality.Vector(Numbers));
    }

    /// <summary>
    /// Numbers and dates as one vector. A value that is missing is replaced by the mean, also where none was missing in training; where some were, the
    /// network sees which.
    /// </summary>
    private void AddMeasures(TableColumn[] columns, string name, bool flagsMissing, List<string> parts)
    {
        var read = new List<string>();
        TableColumn[] Of(ColumnKind kind, bool isText) => [.. columns.Where(c => c.Kind == kind && c.IsText == isText)];
        if (Of(ColumnKind.Number, isText: true) is { Length: > 0 } texts)
        {
            Concatenate($"{name}.Text", texts.Select(c => c.Name));
            AddExpression($"{name}.Number", ReadNumber, $"{name}.Text");
            read.Add($"{name}.Number");
        }
        if (Of(ColumnKind.Number, isText: false) is { Length: > 0 } numbers)
        {
            Convert(numbers, Part, DataKind.Single);
            read.AddRange(numbers.Select(Part));
        }
        if (Of(ColumnKind.Date, isText: true).Concat(Of(ColumnKind.Date, isText: false)).ToArray() is { Length: > 0 } dates)
        {
            Convert(dates, Part, DataKind.DateTime);
            ConvertInPlace([.. dates.Select(Part)], DataKind.Double);
            Concatenate($"{name}.Ticks", dates.Select(Part));
            AddExpression($"{name}.Days", ReadDays, $"{name}.Ticks");
            read.Add($"{name}.Days");
        }
        Concatenate(name, read);
        parts.Add(name);
        if (flagsMissing)
        {
            string flags = $"{name}.Flags";
            Add($"ml.Transforms.IndicateMissingValues({Text(flags)}, {Text(name)})", _ml.Transforms.IndicateMissingValues(flags, name));
            Convert(flags, flags, DataKind.Single);
            parts.Add(flags);
        }
        ReplaceMissing(name);
    }

    private static string Part(TableColumn column) => $"{Numbers}.{column.Name}";

    private void Concatenate(string name, IEnumerable<string> columns)
    {
        string[] sources = [.. columns];
        Add($"ml.Transforms.Concatenate({Text(name)}, {string.Join(", ", sources.Select(Text))})", _ml.Transforms.Concatenate(name, sources));
    }

    private void AddExpression(string name, string expression, string column) => Add(
        $"ml.Transforms.Expression({Text(name)}, {Text(expression)}, {Text(column)})", _ml.Transforms.Expression(name, expression, column));

    private void ReplaceMissing(string name) => Add(
        $"ml.Transforms.ReplaceMissingValues({Text(name)}, replacementMode: MissingValueReplacingEstimator.ReplacementMode.Mean)",
        _ml.Transforms.ReplaceMissingValues(name, replacementMode: MissingValueReplacingEstimator.ReplacementMode.Mean));

    private void Convert(TableColumn[] columns, Func<TableColumn, string> part, DataKind kind) =>
        Convert([.. columns.Select(part)], [.. columns.Select(c => c.Name)], kind);

    private void ConvertInPlace(string[] columns, DataKind kind) => Convert(columns, columns, kind);

    private void Convert(string[] outputs, string[] inputs, DataKind kind)
    {
        if (outputs.Length == 0)
            return;
        var (pairs, code) = Pairs(outputs, inputs);
        Add($"ml.Transforms.Conversion.ConvertType({code}, DataKind.{kind})", _ml.Transforms.Conversion.ConvertType(pairs, kind));
    }

    private static (InputOutputColumnPair[] Pairs, string Code) Pairs(TableColumn[] columns, Func<TableColumn, string> part) =>
        Pairs([.. columns.Select(part)], [.. columns.Select(c => c.Name)]);

    private static (InputOutputColumnPair[] Pairs, string Code) Pairs(string[] outputs, string[] inputs)
    {
        var pairs = outputs.Zip(inputs).ToArray();
        return ([.. pairs.Select(p => new InputOutputColumnPair(p.First, p.Second))],
            $"[{string.Join(", ", pairs.Select(p => $"new InputOutputColumnPair({Text(p.First)}, {Text(p.Second)})"))}]");
    }

    private void AddVector(TableColumn column)
    {
        string name = $"Vector.{column.Name}";
        Convert(column.Name, name, DataKind.Single);
        ReplaceMissing(name);
        Add($"ml.Transforms.NormalizeMeanVariance({Text(name)}, fixZero: false)", _ml.Transforms.NormalizeMeanVariance(name, fixZero: false));
        _modalities.Add(Modality.Vector(name));
    }

    private void AddText(TableColumn column, int ngrams)
    {
        string name = $"Text.{column.Name}", count = ngrams.ToString(CultureInfo.InvariantCulture);
        string options = $"new TextFeaturizingEstimator.Options {{ CharFeatureExtractor = null, WordFeatureExtractor = new WordBagEstimator.Options "
            + $"{{ NgramLength = 2, UseAllLengths = true, MaximumNgramsCount = [{count}, {count}], Weighting = "
                + $"NgramExtractingEstimator.WeightingCriteria.TfIdf }} }}";
        Add($"ml.Transforms.Text.FeaturizeText({Text(name)}, {options}, {Text(column.Name)})",
            _ml.Transforms.Text.FeaturizeText(name, new TextFeaturizingEstimator.Options
            {
                CharFeatureExtractor = null,
                WordFeatureExtractor = new WordBagEstimator.Options
                {
                    NgramLength = 2,
                    UseAllLengths = true,
                    MaximumNgramsCount = [ngrams, ngrams],
                    Weighting = NgramExtractingEstimator.WeightingCriteria.TfIdf,
                },
            }, column.Name));
        _modalities.Add(Modality.Vector(name));
    }

    /// <summary>Rows without the file are trained on and scored by what is left of them; where nothing is, they are left out of the training.</summary>
    private void AddMedia(TableColumn column)
    {
        string name = $"{column.Kind}.{column.Name}", from = column.Name;
        string common = $"Folder = {Text(_table.Folder)}, OnBadMedia = OnBadMedia.{_badMedia}";
        (string call, string options, Func<OnBadMedia, IEstimator<ITransformer>> create, var modality) = column.Kind switch
        {
            ColumnKind.Image => ("LoadImage", $"new ImageOptions {{ Height = {_pictureSide}, Width = {_pictureSide}, {common} }}",
                bad => _ml.Transforms.LoadImage(name, from, Common(new ImageOptions { Height = _pictureSide, Width = _pictureSide }, bad)),
                Modality.Image(name, Encoders.ImageResNet(18, 0.25))),
            ColumnKind.Video => ("LoadVideoClip", $"new VideoClipOptions {{ FrameCount = {ClipFrames}, Height = {ClipSide}, Width = {ClipSide}, "
                + $"ShortVideo = ShortVideo.HoldLastFrame, {common} }}",
                bad => _ml.Transforms.LoadVideoClip(name, from, Common(
                    new VideoClipOptions { FrameCount = ClipFrames, Height = ClipSide, Width = ClipSide, ShortVideo = ShortVideo.HoldLastFrame }, bad)),
                Modality.Video(name)),
            _ => ("LoadAudioLogMel", $"new LogMelOptions {{ {common} }}", (Func<OnBadMedia, IEstimator<ITransformer>>)(
                bad => _ml.Transforms.LoadAudioLogMel(name, from, Common(new LogMelOptions(), bad))), Modality.Audio(name)),
        };
        _steps.Add(new($"ml.Transforms.{call}({Text(name)}, {Text(from)}, {options})", create(_badMedia)) { Scoring = create(OnBadMedia.Missing) });
        _modalities.Add(modality);
    }

    private T Common<T>(T options, OnBadMedia bad) where T : MediaFileOptions
    {
        (options.Folder, options.OnBadMedia) = (_table.Folder, bad);
        return options;
    }

    private static string Text(string value) => "\"" + value.Replace("\\", "\\\\").Replace("\"", "\\\"") + "\"";
}
