using System.Globalization;

namespace QuickStart;

/// <summary>Reads a folder with labels.csv (Label, Split and other columns) and one CSV of numbers per modality, rows in the same order.</summary>
internal static class FolderData
{
    private const string LabelsFile = "labels.csv";

    /// <param name="folder">The folder.</param>
    /// <param name="keyColumn">The column of labels.csv that becomes <see cref="Row.Key"/>, if any.</param>
    /// <param name="labelsAreClasses">Whether test rows have no other labels than those that are learned.</param>
    public static MultimodalData Read(string folder, string? keyColumn, bool labelsAreClasses = true)
    {
        if (!Directory.Exists(folder))
            throw new UserErrorException($"There is no folder {folder}.");
        string labelsPath = Path.Combine(folder, LabelsFile);
        if (!File.Exists(labelsPath))
            throw new UserErrorException($"There is no {LabelsFile} in {folder}.");
        string[] files = [.. Directory.GetFiles(folder, "*.csv").Where(f => Path.GetFileName(f) != LabelsFile).Order(StringComparer.Ordinal)];
        if (files.Length is < 2 or > MultimodalData.MostModalities)
            throw new UserErrorException($"{folder} has {files.Length} modality file{(files.Length == 1 ? "" : "s")} beside {LabelsFile}; two to "
                + $"{MultimodalData.MostModalities} are needed, one CSV per modality.");

        var labels = ReadLabels(labelsPath, keyColumn);
        var modalities = new List<(string Name, int Width)>();
        foreach (string file in files)
        {
            string name = Path.GetFileNameWithoutExtension(file);
            if (MultimodalData.OtherColumns.Contains(name))
                throw new UserErrorException($"A modality can't be called '{name}'. Rename {Path.GetFileName(file)}.");
            var vectors = ReadVectors(file);
            if (vectors.Count != labels.Count)
                throw new UserErrorException($"{Path.GetFileName(file)} has {vectors.Count} rows, but {LabelsFile} has {labels.Count}.");
            for (int i = 0; i < vectors.Count; i++)
                labels[i].Row.SetModality(modalities.Count, vectors[i]);
            modalities.Add((name, vectors[0].Length));
        }

        var training = labels.Where(l => l.Split != "test").Select(l => l.Row).ToList();
        var test = labels.Where(l => l.Split == "test").Select(l => l.Row).ToList();
        if (labels.All(l => l.Split != "train"))
            throw new UserErrorException($"{LabelsFile} has no row whose Split is train.");
        if (test.Count == 0)
            throw new UserErrorException($"{LabelsFile} has no row whose Split is test.");
        if (labelsAreClasses && test.Select(r => r.Label).Except(training.Select(r => r.Label)).FirstOrDefault() is { } unknown)
            throw new UserErrorException($"{LabelsFile}: the label '{unknown}' is in test rows but in no training row.");
        return new MultimodalData(Path.GetFileName(Path.GetFullPath(folder).TrimEnd(Path.DirectorySeparatorChar)), modalities, training, test);
    }

    /// <summary>The first column of labels.csv that is neither the label nor the split; <see langword="null"/> if there is none.</summary>
    public static string? KeyColumnOf(string folder)
    {
        string path = Path.Combine(folder, LabelsFile);
        return File.Exists(path) ? CsvFile.Read(path).Header.FirstOrDefault(column => column is not ("Label" or "Split" or "")) : null;
    }

    private static List<(Row Row, string Split)> ReadLabels(string path, string? keyColumn)
    {
        var csv = CsvFile.Read(path);
        int Column(string name) => csv.Find(name) is >= 0 and var index
            ? index
            : throw csv.Error(csv.HeaderRow, $"there is no column '{name}'. It has: {string.Join(", ", csv.Header)}.");
        int label = Column("Label"), split = Column("Split"), key = keyColumn is null ? -1 : Column(keyColumn);

        var rows = new List<(Row, string)>();
        foreach (var row in csv.Rows)
        {
            var cells = row.Cells;
            if (cells[split] is not ("train" or "valid" or "test"))
                throw csv.Error(row, $"Split is train, valid or test, not '{cells[split]}'.");
            if (cells[label].Length == 0)
                throw csv.Error(row, "the label is empty.");
            rows.Add((new Row { Label = cells[label], Key = key < 0 ? "" : cells[key], IsHeldOut = cells[split] == "valid" }, cells[split]));
        }
        return rows.Count > 0 ? rows : throw new UserErrorException($"{path} has no rows.");
    }

    private static List<float[]> ReadVectors(string path)
    {
        // The columns are slots of one vector, and their names don't matter.
        var csv = CsvFile.Read(path, namesAreUnique: false);
        float[][] rows =
        [
            .. csv.Rows.Select(row =>
                row.Cells.Select((cell, i) => float.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out float value) && float.IsFinite(value)
                ? value
                : throw csv.Error(row, $"the column {csv.Header[i]} has '{cell}', which is not a number. Write decimals with a point.")).ToArray()),
        ];
        return rows.Length > 0 ? [.. rows] : throw new UserErrorException($"{path} has no rows.");
    }
}
