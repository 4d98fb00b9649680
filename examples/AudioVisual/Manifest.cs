namespace AudioVisual;

/// <summary>A table of media files and labels.</summary>
/// <param name="Name">For messages.</param>
/// <param name="TrainingRows">Those to learn from, the held-out rows among them.</param>
/// <param name="TestRows">Those to measure on.</param>
/// <param name="HasVideo">Whether rows have a video.</param>
/// <param name="HasAudio">Whether rows have a sound file of their own.</param>
/// <param name="HasImage">Whether rows have an image.</param>
/// <param name="HasText">Whether rows have a text.</param>
internal sealed record Manifest(
    string Name, IReadOnlyList<MediaRow> TrainingRows, IReadOnlyList<MediaRow> TestRows, bool HasVideo, bool HasAudio, bool HasImage, bool HasText)
{
    public IEnumerable<MediaRow> AllRows => TrainingRows.Concat(TestRows);

    public int Classes => TrainingRows.Select(r => r.Label).Distinct().Count();

    /// <summary>Reads a manifest: Label, Split (train, valid or test), and one or more of VideoPath, AudioPath, ImagePath and Text.</summary>
    /// <param name="path">A CSV file; paths in it are relative to its folder.</param>
    /// <param name="columns">What the columns are called.</param>
    /// <param name="needsFiles">Whether a missing file is an error now, and not a bad file of the row later.</param>
    /// <exception cref="UserErrorException">The file can't be used; the message names it, the line and the remedy.</exception>
    internal static Manifest Read(string path, ManifestColumns columns, bool needsFiles = true)
    {
        var csv = CsvFile.Read(path);
        string name = Path.GetFileName(path), folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        int Need(string column, string option) => csv.Find(column) is >= 0 and var index
            ? index
            : throw new UserErrorException($"{name} has no column '{column}'. It has: {string.Join(", ", csv.Header)}. Name the right one with {option}.");
        int label = Need(columns.Label, "--label-column"), split = Need(columns.Split, "--split-column"), key = columns.Key is { } k ? Need(k, "--key") : -1;
        int video = csv.Find(columns.Video), audio = csv.Find(columns.Audio), image = csv.Find(columns.Image), text = csv.Find(columns.Text);
        if (video < 0 && audio < 0 && image < 0 && text < 0)
        {
            throw new UserErrorException($"{name} has none of the columns {columns.Video}, {columns.Audio}, {columns.Image} and {columns.Text}. It has: "
                + $"{string.Join(", ", csv.Header)}. "
                + "Name yours with --video-column, --audio-column, --image-column or --text-column.");
        }

        List<MediaRow> training = [], test = [];
        foreach (var (line, cells) in csv.Rows)
        {
            string Media(int column)
            {
                if (column < 0)
                    return "";
                if (cells[column].Length == 0)
                    return needsFiles ? throw new UserErrorException(
                        $"{name}, line {line}: {csv.Header[column]} is empty. Fill it in, or leave such rows out with --on-bad-media skip.") : "";
                string file = Path.GetFullPath(Path.Combine(folder, cells[column]));
                if (needsFiles && !File.Exists(file))
                    throw new UserErrorException($"{name}, line {line}: there is no file {file}. Paths are relative to the manifest's folder; rows without "
                        + $"their files can be left out with --on-bad-media skip.");
                return file;
            }
            if (cells[label].Length == 0)
                throw new UserErrorException($"{name}, line {line}: the label is empty.");
            var row = new MediaRow
            {
                Label = cells[label],
                Key = key < 0 ? "" : cells[key],
                IsHeldOut = cells[split] == "valid",
                VideoPath = Media(video),
                AudioPath = Media(audio),
                ImagePath = Media(image),
                Words = text < 0 ? "" : cells[text],
            };
            var rows = cells[split] switch
            {
                "train" or "valid" => training,
                "test" => test,
                var other => throw new UserErrorException($"{name}, line {line}: {columns.Split} is train, valid or test, not '{other}'."),
            };
            rows.Add(row);
        }
        if (training.All(r => r.IsHeldOut))
            throw new UserErrorException($"{name} has no row whose {columns.Split} is train.");
        if (test.Count == 0)
            throw new UserErrorException($"{name} has no row whose {columns.Split} is test.");
        var known = training.Select(r => r.Label).ToHashSet();
        if (known.Count < 2)
            throw new UserErrorException($"{name} has one label only, '{known.Single()}'. There is nothing to tell apart.");
        if (test.FirstOrDefault(r => !known.Contains(r.Label)) is { } unknown)
            throw new UserErrorException($"{name}: the label '{unknown.Label}' is in test rows but in no training row.");
        return new Manifest(name, training, test, video >= 0, audio >= 0, image >= 0, text >= 0);
    }
}
